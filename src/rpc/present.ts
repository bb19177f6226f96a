import type { SecondFactorRequired, SignedIn } from "../authentication/sign-in-outcome.ts";
import type { ExchangeResult, Tokens } from "../client/auth-service.ts";
import type { VerifiedSession } from "../client/session.ts";
import type { AccessTokenClaims } from "../sessions/access-token-claims.ts";
import type { IssuedTokens } from "../sessions/issue-tokens.ts";

// Each field is named, so that a new field of a use case does not leave the service over RPC by accident.

/** `audience`: the one that the caller required. */
export const presentSession = (claims: AccessTokenClaims, audience: string): VerifiedSession => ({
  userId: claims.accountId,
  sessionId: claims.sessionId,
  audience,
  clientId: claims.clientId,
  scope: claims.scope,
  role: claims.role,
  email: claims.email,
  emailVerified: claims.emailVerified,
  name: claims.name,
  amr: claims.amr,
  acr: claims.acr,
  authTime: claims.authTime,
  issuedAt: claims.issuedAt,
  expiresAt: claims.expiresAt,
});

export const presentTokens = (tokens: IssuedTokens): Tokens => ({
  token: tokens.token,
  tokenType: tokens.tokenType,
  expiresIn: tokens.expiresIn,
  refreshToken: tokens.refreshToken,
  refreshExpiresIn: tokens.refreshExpiresIn,
});

export function presentSignIn(outcome: SignedIn | SecondFactorRequired): ExchangeResult {
  if (outcome.kind === "second_factor_required") {
    const { challengeId, expiresIn } = outcome;
    return { ok: false, reason: "second_factor_required", challengeId, expiresIn };
  }
  const { tokens, account, sessionId, deviceToken } = outcome;
  const { id, name, email, role } = account;
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  const device = deviceToken === null ? {} : { deviceToken };
  return { ok: true, ...presentTokens(tokens), ...device, sessionId, user };
}
