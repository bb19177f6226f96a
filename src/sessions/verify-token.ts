import type { Account } from "../accounts/account.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, type TokenFailure, verifyAccessToken } from "./access-token.ts";
import type { AccessTokenClaims } from "./access-token-claims.ts";
import { ownAudience } from "./audience.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";
import { judgeRevocation } from "./revocation-list/rules.ts";
import type { SessionStore } from "./store.ts";

export type VerifyTokenDeps = AccessTokenDeps & {
  readonly sessions: Pick<SessionStore, "findCurrent">;
  readonly revocationList: Pick<RevocationList, "read">;
};

type VerifyTokenInput = {
  readonly token: string;
  /** The only accepted audience. */
  readonly audience: string;
  /** Read session and account from D1. */
  readonly strict: boolean;
};

/**
 * Verifies a token for another Worker. Fast mode: the token's claims and the revocation list in KV. D1 decides in
 * strict mode, when KV fails, and when the list cannot decide.
 */
export async function verifyToken(
  deps: VerifyTokenDeps,
  { token, audience, strict }: VerifyTokenInput,
): Promise<Result<AccessTokenClaims, TokenFailure | "session_ended">> {
  const verified = await verifyAccessToken(deps, token, { audience });
  if (!verified.ok) return verified;
  const claims = verified.value;
  const { sessionId, accountId } = claims;
  if (!strict) {
    const entries = await deps.revocationList.read(sessionId, accountId);
    const verdict = entries === "failed" ? "unclear" : judgeRevocation(entries.value, claims.issuedAt);
    if (verdict === "revoked") return err("session_ended");
    if (verdict === "not_revoked") return ok(claims);
  }
  const request = { requested: audience, own: ownAudience(deps.settings) };
  const current = await deps.sessions.findCurrent(sessionId, request, deps.clock.now());
  if (!current || current.account.id !== accountId) return err("session_ended");
  // The session may only undo the deletion, at this service (security 65).
  if (current.restriction === "deletion_pending") return err("session_ended");
  return ok({ ...claims, ...currentData(claims, current.account) });
}

/** The account data that the token has, as they are now. The client was granted no others. */
function currentData(claims: AccessTokenClaims, { role, email, emailVerifiedAt, name }: Account) {
  return {
    role,
    email: claims.email === null ? null : email,
    emailVerified: claims.email !== null && emailVerifiedAt !== null,
    name: claims.name === null ? null : name,
  };
}
