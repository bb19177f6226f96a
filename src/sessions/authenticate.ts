import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { ownAudience } from "./audience.ts";
import { type CurrentSession, FIRST_PARTY_CLIENT } from "./session.ts";
import type { SessionStore } from "./store.ts";

export type AuthenticateDeps = AccessTokenDeps & {
  readonly sessions: Pick<SessionStore, "findCurrent">;
};

/**
 * Authenticates a request to this service: verifies the token, then reads session and account in one query. So a
 * sign-out, deactivation or role change takes effect on the next request. Accepts only tokens for this service's own
 * API: a token for another resource works only there (RFC 9068 §4, docs/decisions/024). The session must be one of
 * this service's own client, too.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  token: string,
): Promise<Result<CurrentSession, "token_unusable" | "session_ended">> {
  const own = ownAudience(deps.settings);
  const claims = await verifyAccessToken(deps, token, { audience: own });
  if (!claims.ok || claims.value.clientId !== FIRST_PARTY_CLIENT) return err("token_unusable");
  const now = deps.clock.now();
  const current = await deps.sessions.findCurrent(claims.value.sessionId, { requested: own, own }, now);
  if (!current || current.account.id !== claims.value.accountId) return err("session_ended");
  return ok(current);
}
