import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { ownAudience } from "./audience.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "./refresh-token.ts";

export type PresentedSessionDeps = AccessTokenDeps & RefreshTokenDeps;

/** The tokens of a request to a public route. An access token takes precedence, even if it is invalid. */
export type PresentedTokens = {
  readonly accessToken: string | null;
  readonly refreshToken: string | undefined;
};

/** The id of the session of the tokens, or null. It is authentic, but only a store knows whether the session is live. */
export async function presentedSessionId(
  deps: PresentedSessionDeps,
  { accessToken, refreshToken }: PresentedTokens,
): Promise<string | null> {
  if (accessToken !== null) {
    const token = await verifyAccessToken(deps, accessToken, { audience: ownAudience(deps.settings) });
    return token.ok ? token.value.sessionId : null;
  }
  const claims = refreshToken === undefined ? null : await verifyRefreshToken(deps, refreshToken);
  return claims?.ok ? claims.value.sessionId : null;
}
