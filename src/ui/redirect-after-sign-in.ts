import type { SignedIn } from "../authentication/sign-in-outcome.ts";
import { setSignInCookies } from "../authentication/token-response.ts";
import type { DepsOf } from "../http/context.ts";
import { isTopLevelNavigation } from "../http/is-top-level-navigation.ts";
import { refuse } from "../http/respond.ts";
import { accessCookie, refreshCookie } from "../http/session-cookies.ts";
import { type IssueCodeForSessionDeps, issueCodeForSession } from "../oauth/issue-code-for-session.ts";
import { renderNotANavigation } from "./not-a-navigation-page.tsx";
import type { PageContext } from "./page.ts";
import { setPendingRedirectCookie } from "./pending-redirect-cookie.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import type { RenderPageDeps } from "./render-page.tsx";
import { type PageSessionDeps, pageSession, refreshPage } from "./require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "./return-target.ts";

/** The session of whoever is sent on, and the refresh token that shows whose it is. */
type Holder = { readonly sessionId: string; readonly refreshToken: string };

/** Sends on whoever has just signed in, with the cookies of their session. */
export async function redirectAfterSignIn(
  c: PageContext,
  deps: IssueCodeForSessionDeps,
  signedIn: SignedIn,
): Promise<Response> {
  setSignInCookies(c, signedIn);
  const { sessionId, tokens } = signedIn;
  const { returnTarget } = c.var;
  if (!isToApp(returnTarget)) return goOnHere(c, returnTarget);
  const answer = await goToApp(c, deps, returnTarget, { sessionId, refreshToken: tokens.refreshToken });
  // A session that ended on the way has to be opened again, which the page asks for.
  return answer ?? redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
}

export type RedirectIfSignedInDeps = IssueCodeForSessionDeps & PageSessionDeps & RenderPageDeps;

/**
 * Sends on whoever has a session already; null is everybody who has to sign in first. A code spends the refresh
 * cookie for its successor: two who hold copies of one must not both get codes without a trace (RFC 9700 §4.14.2).
 */
export async function redirectIfSignedIn(
  c: PageContext,
  depsOf: DepsOf<RedirectIfSignedInDeps>,
): Promise<Response | null> {
  if (c.req.method !== "GET" || (accessCookie(c) ?? refreshCookie(c)) === undefined) return null;
  const { returnTarget } = c.var;
  const deps = depsOf(c);
  if (!isToApp(returnTarget)) return (await pageSession(c, deps)) && goOnHere(c, returnTarget);
  if (!isTopLevelNavigation(c)) return renderNotANavigation(c, depsOf);
  const held = await refreshPage(c, deps);
  if (!held) return null;
  const { session, tokens } = held;
  return goToApp(c, deps, returnTarget, { sessionId: session.sessionId, refreshToken: tokens.refreshToken });
}

type WayToApp = ReturnTarget & { readonly app: NonNullable<ReturnTarget["app"]> };

const isToApp = (returnTarget: ReturnTarget | null | undefined): returnTarget is WayToApp =>
  Boolean(returnTarget?.app);

function goOnHere(c: PageContext, returnTarget: ReturnTarget | null | undefined): Response {
  setPendingRedirectCookie(c, null);
  return redirectWithFlash(c, returnTarget?.returnTo ?? "/account");
}

/** To an app on another origin, with the code that it asked for. Null: that session is not theirs to give. */
async function goToApp(
  c: PageContext,
  deps: IssueCodeForSessionDeps,
  { returnTo, app: { codeChallenge, state } }: WayToApp,
  holder: Holder,
): Promise<Response | null> {
  const code = await issueCodeForSession(deps, { ...holder, returnTo, codeChallenge });
  if (!code.ok) {
    const { error } = code;
    return error.reason === "not_held" ? null : refuse(c, "rate_limited", { retryAfter: error.retryAfter });
  }
  setPendingRedirectCookie(c, null);
  const url = new URL(returnTo);
  url.searchParams.set("code", code.value);
  if (state !== null) url.searchParams.set("state", state);
  return redirectWithFlash(c, url.href);
}
