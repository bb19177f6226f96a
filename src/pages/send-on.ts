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
import { type PageSessionDeps, pageSession, refreshPage } from "./require-page-session.ts";
import { showNoVisit } from "./show-no-visit.tsx";
import type { ShowPageDeps } from "./show-page.tsx";
import { type WayOn, withWayOn } from "./way-on.ts";

/** The session of whoever is sent on, and the refresh token that shows whose it is. */
type Holder = { readonly sessionId: string; readonly refreshToken: string };

/** Sends on whoever has just signed in, with the cookies of their session. */
export async function sendOn(
  c: PageContext,
  deps: IssueSessionCodeDeps,
  signedIn: SignedIn,
): Promise<Response> {
  keepInCookies(c, signedIn);
  const { sessionId, tokens } = signedIn;
  const { wayOn } = c.var;
  if (!isToApp(wayOn)) return goOnHere(c, wayOn);
  const answer = await goToApp(c, deps, wayOn, { sessionId, refreshToken: tokens.refreshToken });
  // A session that ended on the way has to be opened again, which the page asks for.
  return answer ?? go(c, withWayOn("/sign-in", wayOn));
}

export type SendInsideDeps = IssueSessionCodeDeps & PageSessionDeps & ShowPageDeps;

/**
 * Sends on whoever has a session already; null is everybody who has to sign in first. A code spends the refresh
 * cookie for its successor: two who hold copies of one must not both get codes without a trace (RFC 9700 §4.14.2).
 */
export async function sendInside(c: PageContext, depsOf: DepsOf<SendInsideDeps>): Promise<Response | null> {
  if (c.req.method !== "GET" || (accessCookie(c) ?? refreshCookie(c)) === undefined) return null;
  const { wayOn } = c.var;
  const deps = depsOf(c);
  if (!isToApp(wayOn)) return (await pageSession(c, deps)) && goOnHere(c, wayOn);
  if (!isVisit(c)) return showNoVisit(c, depsOf);
  const held = await refreshPage(c, deps);
  if (!held) return null;
  const { session, tokens } = held;
  return goToApp(c, deps, wayOn, { sessionId: session.sessionId, refreshToken: tokens.refreshToken });
}

type WayToApp = WayOn & { readonly app: NonNullable<WayOn["app"]> };

const isToApp = (wayOn: WayOn | null | undefined): wayOn is WayToApp => Boolean(wayOn?.app);

function goOnHere(c: PageContext, wayOn: WayOn | null | undefined): Response {
  keepWayOn(c, null);
  return go(c, wayOn?.returnTo ?? "/account");
}

/** To an app on another origin, with the code that it asked for. Null: that session is not theirs to give. */
async function goToApp(
  c: PageContext,
  deps: IssueSessionCodeDeps,
  { returnTo, app: { codeChallenge, state } }: WayToApp,
  holder: Holder,
): Promise<Response | null> {
  const code = await issueSessionCode(deps, { ...holder, returnTo, codeChallenge });
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
