import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, type TokenFailure, verifyAccessToken } from "./access-token.ts";
import type { AccessTokenClaims } from "./access-token-claims.ts";
import { acrOf, isAcr, satisfiesAcr } from "./acr.ts";
import { ownAudience } from "./audience.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";
import { judgeRevocation } from "./revocation-list/rules.ts";
import type { SessionStore } from "./store.ts";

export type VerifyTokenDeps = AccessTokenDeps & {
  readonly sessions: Pick<SessionStore, "findCurrent">;
  readonly revocationList: Pick<RevocationList, "read">;
};

export type VerifyTokenFailure = TokenFailure | "session_ended" | "reauthentication_required";

type VerifyTokenInput = {
  readonly token: string;
  /** The only accepted audience. */
  readonly audience: string;
  /** Read session and account from D1. */
  readonly strict: boolean;
  /** Seconds since the user authenticated. */
  readonly maxAge?: number | undefined;
  /** Accepted authentication contexts. */
  readonly acrValues?: readonly string[] | undefined;
};

/**
 * Verifies a token for another Worker. Fast mode: the token's claims and the revocation list in KV. D1 decides in
 * strict mode, when KV fails, when the list cannot decide, and for the token of a restricted session, which no other Worker
 * may accept. D1 also has the reauthentications since the token was issued.
 */
export async function verifyToken(
  deps: VerifyTokenDeps,
  input: VerifyTokenInput,
): Promise<Result<AccessTokenClaims, VerifyTokenFailure>> {
  const verified = await verifyLiveToken(deps, input);
  if (!verified.ok) return verified;
  return isRecent(verified.value, input, deps.clock.now()) ? verified : err("reauthentication_required");
}

function isRecent({ authTime, acr }: AccessTokenClaims, required: VerifyTokenInput, now: number): boolean {
  const { maxAge, acrValues = [] } = required;
  // `auth_time` has whole seconds.
  if (maxAge !== undefined && Math.floor(now / SECOND) - authTime > maxAge) return false;
  return acrValues.length === 0 || (isAcr(acr) && satisfiesAcr(acr, acrValues));
}

async function verifyLiveToken(
  deps: VerifyTokenDeps,
  { token, audience, strict }: VerifyTokenInput,
): Promise<Result<AccessTokenClaims, TokenFailure | "session_ended">> {
  const verified = await verifyAccessToken(deps, token, { audience });
  if (!verified.ok) return verified;
  const claims = verified.value;
  const { sessionId, accountId } = claims;
  if (!strict && !claims.isRestricted) {
    const entries = await deps.revocationList.read(sessionId, accountId);
    const verdict = entries === "failed" ? "unclear" : judgeRevocation(entries.value, claims.issuedAt);
    if (verdict === "revoked") return err("session_ended");
    if (verdict === "not_revoked") return ok(claims);
  }
  const request = { requested: audience, own: ownAudience(deps.settings) };
  const current = await deps.sessions.findCurrent(sessionId, request, deps.clock.now());
  if (!current || current.account.id !== accountId || current.restriction !== null) {
    return err("session_ended");
  }
  const { amr, authenticatedAt } = current;
  const authentication = { amr, acr: acrOf(amr), authTime: Math.floor(authenticatedAt / SECOND) };
  return ok({ ...claims, ...authentication, ...currentData(claims, current.account) });
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
