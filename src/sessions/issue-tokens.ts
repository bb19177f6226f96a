import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { type AccessTokenDeps, signAccessToken, type TokenRequest } from "./access-token.ts";
import { type RefreshTokenDeps, signRefreshToken } from "./refresh-token.ts";

/** The tokens of a session (contract §2). Lifetimes in seconds. */
export type IssuedTokens = {
  readonly token: string;
  readonly tokenType: "Bearer";
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
};

export type IssueTokensDeps = AccessTokenDeps & RefreshTokenDeps;

type LiveSession = {
  readonly id: string;
  readonly generation: number;
  readonly amr: readonly string[];
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
};

/**
 * Loads the signing key before the caller consumes a code or a refresh token. In a cold isolate an outage of D1
 * then fails before the single-use token is spent.
 */
export async function warmSigningKey(deps: IssueTokensDeps): Promise<void> {
  await deps.keyRing.signingKey();
}

type TokenSubject = { readonly session: LiveSession; readonly account: Account };

/** Signs the refresh token of a live session, and an access token for the audience. */
export async function issueTokens(
  deps: IssueTokensDeps,
  { session, account }: TokenSubject,
  request: TokenRequest,
): Promise<IssuedTokens> {
  return {
    token: await signAccessToken(deps, { sessionId: session.id, amr: session.amr, account }, request),
    tokenType: "Bearer",
    expiresIn: deps.settings.accessTokenTtl,
    refreshToken: await signRefreshToken(deps, {
      sessionId: session.id,
      accountId: account.id,
      generation: session.generation,
      rotatedAt: session.rotatedAt,
      idleExpiresAt: session.idleExpiresAt,
    }),
    refreshExpiresIn: Math.round((session.idleExpiresAt - deps.clock.now()) / SECOND),
  };
}
