import type { Context } from "hono";
import { type AccessTokenDeps, verifyAccessToken } from "../sessions/access-token.ts";
import { ownAudience } from "../sessions/audience.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";
import { presentedToken } from "./require-session.ts";
import { refreshCookie } from "./session-cookies.ts";

export type PresentedSessionDeps = AccessTokenDeps & RefreshTokenDeps;

/**
 * The id of the session that a request of a public route presents, by a bearer token or the cookies of the browser, or
 * null. It is authentic, but only the store knows whether the session is live.
 */
export async function presentedSessionId(c: Context, deps: PresentedSessionDeps): Promise<string | null> {
  const presented = presentedToken(c);
  if (presented?.by === "bearer") {
    const token = await verifyAccessToken(deps, presented.token, { audience: ownAudience(deps.settings) });
    return token.ok ? token.value.sessionId : null;
  }
  const refreshToken = refreshCookie(c);
  const claims = refreshToken === undefined ? null : await verifyRefreshToken(deps, refreshToken);
  return claims?.ok ? claims.value.sessionId : null;
}
