import type { Clock } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import type { CurrentSession } from "./session.ts";

export type AuthenticateDeps = AccessTokenDeps & {
  readonly sessions: { findCurrent(sessionId: string, now: number): Promise<CurrentSession | null> };
  readonly clock: Clock;
};

/**
 * Who is calling this service, exactly: the signature first, then session and account in one query, so that a
 * sign-out, deactivation or change of role holds on the very next call. The token has to be for the first
 * audience, which is this service's own: one that a consumer has been shown opens that consumer alone
 * (RFC 9068 §4, docs/decisions/024).
 */
export async function authenticate(
  deps: AuthenticateDeps,
  token: string,
): Promise<Result<CurrentSession, "token_unusable" | "session_ended">> {
  const claims = await verifyAccessToken(deps, token, { audience: deps.settings.audiences[0] });
  if (!claims.ok) return err("token_unusable");
  const current = await deps.sessions.findCurrent(claims.value.sessionId, deps.clock.now());
  if (!current || current.account.id !== claims.value.accountId) return err("session_ended");
  return ok(current);
}
