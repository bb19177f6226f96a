import { err, ok, type Result } from "../core/result.ts";
import {
  type AccessTokenClaims,
  type AccessTokenDeps,
  type TokenFailure,
  verifyAccessToken,
} from "./access-token.ts";
import { judgeRevocation, type RevocationVerdict } from "./rules.ts";
import type { CurrentSession } from "./session.ts";

export type VerifyTokenDeps = AccessTokenDeps & {
  readonly sessions: { findCurrent(sessionId: string, now: number): Promise<CurrentSession | null> };
  readonly revocationList: {
    read(sessionId: string, accountId: string): Promise<{ readonly value: RevocationVerdict } | "failed">;
  };
};

type Question = {
  readonly token: string;
  /** The one audience that the token has to be for. */
  readonly audience: string;
  /** Session and account as they are in D1 now. */
  readonly strict: boolean;
};

/**
 * Who is calling another Worker. Fast: what the token says, unless the denylist knows better. Where the
 * denylist is silent or in doubt, and always when asked strictly, D1 says.
 */
export async function verifyToken(
  deps: VerifyTokenDeps,
  { token, audience, strict }: Question,
): Promise<Result<AccessTokenClaims, TokenFailure | "session_ended">> {
  const verified = await verifyAccessToken(deps, token, { audience });
  if (!verified.ok) return verified;
  const claims = verified.value;
  const { sessionId, accountId } = claims;
  if (!strict) {
    const denied = await deps.revocationList.read(sessionId, accountId);
    const verdict = denied === "failed" ? "unclear" : judgeRevocation(denied.value, claims.issuedAt);
    if (verdict === "denied") return err("session_ended");
    if (verdict === "not_denied") return ok(claims);
  }
  const current = await deps.sessions.findCurrent(sessionId, deps.clock.now());
  if (!current || current.account.id !== accountId) return err("session_ended");
  const { role, email, emailVerifiedAt, name } = current.account;
  return ok({ ...claims, role, email, emailVerified: emailVerifiedAt !== null, name });
}
