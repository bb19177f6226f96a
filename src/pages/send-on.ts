import type { DepsOf } from "../http/context.ts";
import { isVisit } from "../http/is-visit.ts";
import { refuse } from "../http/respond.ts";
import { accessCookie, refreshCookie } from "../http/session-cookies.ts";
import { type IssueSessionCodeDeps, issueSessionCode } from "../login-codes/issue-session-code.ts";
import type { SignedIn } from "../sign-in/outcome.ts";
import { keepInCookies } from "../sign-in/present-sign-in.ts";
import { go } from "./go.ts";
import { keepWayOn } from "./mailed-way.ts";
import type { PageContext } from "./page.ts";
import { type PageSessionDeps, pageSession } from "./require-page-session.ts";
import { showNoVisit } from "./show-no-visit.tsx";
import type { ShowPageDeps } from "./show-page.tsx";
import { withWayOn } from "./way-on.ts";

/** The session of whoever is sent on, and the refresh token that shows whose it is. */
type Holder = { readonly sessionId: string; readonly refreshToken: string | undefined };

/** Sends on whoever has just signed in, with the cookies of their session. */
export async function sendOn(
  c: PageContext,
  deps: IssueSessionCodeDeps,
  signedIn: SignedIn,
): Promise<Response> {
  keepInCookies(c, signedIn);
  const { sessionId, tokens } = signedIn;
  const answer = await wayFor(c, deps, { sessionId, refreshToken: tokens.refreshToken });
  // A session that ended on the way has to be opened again, which the page asks for.
  return answer ?? go(c, withWayOn("/sign-in", c.var.wayOn ?? null));
}

export type SendInsideDeps = IssueSessionCodeDeps & PageSessionDeps & ShowPageDeps;

/** Sends on whoever has a session already; null is everybody who has to sign in first. */
export async function sendInside(c: PageContext, depsOf: DepsOf<SendInsideDeps>): Promise<Response | null> {
  if (c.req.method !== "GET" || (accessCookie(c) ?? refreshCookie(c)) === undefined) return null;
  if (c.var.wayOn?.app && !isVisit(c)) return showNoVisit(c, depsOf);
  const deps = depsOf(c);
  const session = await pageSession(c, deps);
  return session && wayFor(c, deps, { ...session, refreshToken: refreshCookie(c) });
}

/** Where they go: with a code, where an app on another origin asked for one. Null: that session is not theirs to give. */
async function wayFor(
  c: PageContext,
  deps: IssueSessionCodeDeps,
  { sessionId, refreshToken }: Holder,
): Promise<Response | null> {
  const { wayOn } = c.var;
  if (!wayOn?.app) {
    keepWayOn(c, null);
    return go(c, wayOn?.returnTo ?? "/account");
  }
  const { codeChallenge, state } = wayOn.app;
  const { returnTo } = wayOn;
  const code = await issueSessionCode(deps, { sessionId, refreshToken, returnTo, codeChallenge });
  if (!code.ok) {
    const { error } = code;
    return error.reason === "not_held" ? null : refuse(c, "rate_limited", { retryAfter: error.retryAfter });
  }
  keepWayOn(c, null);
  const url = new URL(returnTo);
  url.searchParams.set("code", code.value);
  if (state !== null) url.searchParams.set("state", state);
  return go(c, url.href);
}
