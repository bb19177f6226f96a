import { userActor } from "../admin/authorization/actor.ts";
import type { CsrfDeps } from "../http/csrf.ts";
import type { RequireSessionDeps } from "../http/require-session.ts";
import {
  accessCookie,
  clearSessionCookies,
  refreshCookie,
  setSessionCookies,
} from "../http/session-cookies.ts";
import { ownAudience } from "../sessions/audience.ts";
import {
  type RefreshedSession,
  type RefreshSessionDeps,
  refreshSession,
} from "../sessions/refresh-session.ts";
import type { CurrentSession, SessionRestriction } from "../sessions/session.ts";
import { keepDraft } from "./form-draft.ts";
import type { Page, PageContext } from "./page.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { withReturnTarget } from "./return-target.ts";

export type PageSessionDeps = RequireSessionDeps & RefreshSessionDeps;

/** The page that a restricted session is led to. */
export const RESTRICTED_PAGES = {
  enrol_second_factor: "/account/two-step",
  deletion_pending: "/account/deletion",
} as const satisfies Record<SessionRestriction, string>;

/**
 * Sets the session of a signed-in user. Without one it redirects to the sign-in page, with this page as return target,
 * and keeps the values of a form.
 */
export async function requirePageSession(
  c: PageContext,
  deps: PageSessionDeps & CsrfDeps,
  { allows = [], ...page }: Pick<Page<unknown>, "allows" | "upload" | "maxFormBytes">,
): Promise<Response | null> {
  const session = await pageSession(c, deps);
  if (session) {
    const { restriction } = session;
    if (restriction !== null && !allows.includes(restriction))
      return c.redirect(withReturnTarget(RESTRICTED_PAGES[restriction], returnPath(c)), 303);
    c.set("session", session);
    c.set("actor", userActor(session));
    return null;
  }
  clearSessionCookies(c);
  const signIn = withReturnTarget("/sign-in", returnPath(c));
  if (c.req.method !== "POST") return redirectWithFlash(c, signIn);
  return redirectWithFlash(c, signIn, (await keepDraft(c, deps, page)) ? "formKept" : "formLost");
}

/** This page, without the query of a form that was posted to it. */
function returnPath(c: PageContext): string {
  const { pathname, search } = new URL(c.req.url);
  return c.req.method === "POST" ? pathname : pathname + search;
}

/** The session of the browser's cookies. When the access token expired, the refresh token is rotated. */
export async function pageSession(c: PageContext, deps: PageSessionDeps): Promise<CurrentSession | null> {
  const access = accessCookie(c);
  const authenticated = access === undefined ? null : await deps.authenticate(access);
  if (!authenticated?.ok) return (await refreshPage(c, deps))?.session ?? null;
  c.set("actorId", authenticated.value.account.id);
  return authenticated.value;
}

/** Rotates the refresh token of the browser's cookie and returns its session. */
export async function refreshPage(c: PageContext, deps: PageSessionDeps): Promise<RefreshedSession | null> {
  const refreshToken = refreshCookie(c);
  if (refreshToken === undefined) return null;
  const audience = ownAudience(deps.settings);
  const refreshed = await refreshSession(deps, { refreshToken, audience, caller: c.var.caller });
  if (!refreshed.ok) return null;
  setSessionCookies(c, refreshed.value.tokens, refreshed.value);
  c.set("refreshToken", refreshed.value.tokens.refreshToken);
  c.set("actorId", refreshed.value.session.account.id);
  return refreshed.value;
}
