import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { type AccessTokenDeps, signAccessToken } from "./access-token.ts";
import { type RefreshTokenDeps, signRefreshToken } from "./refresh-token.ts";
import { FIRST_PARTY_CLIENT, type SessionRestriction } from "./session.ts";
import { emailClaims, sessionClaims } from "./user-claims.ts";

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
  readonly authenticatedAt: number;
  readonly restriction: SessionRestriction | null;
};

/**
 * Loads the signing key before the caller consumes a code or a refresh token. In a cold isolate an outage of D1
 * then fails before the single-use token is spent.
 */
export async function warmSigningKey(deps: IssueTokensDeps): Promise<void> {
  await deps.keyRing.signingKey("ES256");
}

type TokenSubject = { readonly session: LiveSession; readonly account: Account };

/** `audience`: one of `allAudiences`. */
type TokenRequest = { readonly audience: string };

/**
 * Signs the refresh token of a live session of this service's own client, and an access token for the audience with the
 * account data that consumers need most (contract §4).
 */
export async function issueTokens(
  deps: IssueTokensDeps,
  { session, account }: TokenSubject,
  { audience }: TokenRequest,
): Promise<IssuedTokens> {
  const { accessTokenTtl } = deps.settings;
  return {
    token: await signAccessToken(deps, {
      audience,
      subject: account.id,
      clientId: FIRST_PARTY_CLIENT,
      lifetime: accessTokenTtl,
      claims: {
        ...sessionClaims(session),
        role: account.role,
        ...emailClaims(account),
        name: account.name,
        // Other services must not accept it: `verifyToken` refuses it.
        ...(session.restriction === null ? {} : { restriction: session.restriction }),
      },
    }),
    tokenType: "Bearer",
    expiresIn: accessTokenTtl,
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
