import { refuse } from "../http/respond.ts";
import { type IssueSessionCodeDeps, issueSessionCode } from "../login-codes/issue-session-code.ts";
import { go } from "./go.ts";
import { keepWayOn } from "./mailed-way.ts";
import type { PageContext } from "./page.ts";
import { withWayOn } from "./way-on.ts";

/** Where somebody goes who has signed in: with a code, where an app on another origin asked for one. */
export async function sendOn(
  c: PageContext,
  deps: IssueSessionCodeDeps,
  sessionId: string,
): Promise<Response> {
  const { wayOn } = c.var;
  keepWayOn(c, null);
  if (!wayOn?.app) return go(c, wayOn?.returnTo ?? "/account");
  const { codeChallenge, state } = wayOn.app;
  const code = await issueSessionCode(deps, { sessionId, returnTo: wayOn.returnTo, codeChallenge });
  if (!code.ok) {
    // A session that ended on the way has to be opened again, which the page asks for.
    if (code.error.reason === "session_ended") return go(c, withWayOn("/sign-in", wayOn));
    return refuse(c, "rate_limited", { retryAfter: code.error.retryAfter });
  }
  const url = new URL(wayOn.returnTo);
  url.searchParams.set("code", code.value);
  if (state !== null) url.searchParams.set("state", state);
  return go(c, url.href);
}
