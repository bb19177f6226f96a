import type { Clock } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import type { CurrentSession, PresentedToken } from "./session.ts";

export type AuthenticateDeps = AccessTokenDeps & {
  readonly sessions: { findCurrent(sessionId: string, now: number): Promise<CurrentSession | null> };
  readonly clock: Clock;
};

/**
 * Who is calling, exactly: the signature first, then session and account in one query, so that a
 * sign-out, deactivation or change of role holds on the very next call.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  { token, by }: PresentedToken,
): Promise<Result<CurrentSession, "token_unusable" | "session_ended">> {
  const audience = by === "cookie" ? deps.settings.audiences[0] : undefined;
  const claims = await verifyAccessToken(deps, token, { audience });
  if (!claims.ok) return err("token_unusable");
  const current = await deps.sessions.findCurrent(claims.value.sessionId, deps.clock.now());
  if (!current || current.account.id !== claims.value.accountId) return err("session_ended");
  return ok(current);
}
