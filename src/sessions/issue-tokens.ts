import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { type AccessTokenDeps, signAccessToken } from "./access-token.ts";
import { type RefreshTokenDeps, signRefreshToken } from "./refresh-token.ts";

/** What a client gets for a session (contract §2): lifetimes in seconds. */
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
 * Before a code or a refresh token is spent: a cold isolate reads its signing key now, so that an
 * outage of D1 costs the caller nothing.
 */
export async function warmSigningKey(deps: IssueTokensDeps): Promise<void> {
  await deps.keyRing.signingKey();
}

export async function issueTokens(
  deps: IssueTokensDeps,
  session: LiveSession,
  account: Account,
): Promise<IssuedTokens> {
  return {
    token: await signAccessToken(deps, { sessionId: session.id, amr: session.amr, account }),
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
