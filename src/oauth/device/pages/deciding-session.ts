import { refreshCookie } from "../../../http/session-cookies.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../../sessions/refresh-token.ts";
import type { PageContext } from "../../../ui/page.ts";
import type { HeldSession } from "../../authorization/held-session.ts";

/**
 * The session of the page with the refresh token that the browser has presented. An access token is not enough for a
 * decision, which opens a session that may outlive it (RFC 9700 §4.14.2).
 */
export async function decidingSession(c: PageContext, deps: RefreshTokenDeps): Promise<HeldSession | null> {
  // The guard of the page may have rotated the token of the cookie.
  const token = c.var.refreshToken ?? refreshCookie(c);
  const verified = token === undefined ? null : await verifyRefreshToken(deps, token);
  return verified?.ok && verified.value.sessionId === c.var.session.sessionId ? verified.value : null;
}
