import { accessCookie, refreshCookie } from "../../../http/session-cookies.ts";
import { verifyAccessToken } from "../../../sessions/access-token.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { verifyRefreshToken } from "../../../sessions/refresh-token.ts";
import type { PageContext } from "../../../ui/page.ts";
import { type PageSessionDeps, refreshPage } from "../../../ui/require-page-session.ts";
import type { BrowserSession, HeldSession, RunRotation } from "../held-session.ts";

/**
 * The session of the browser's cookies, by their signatures: the batch that reads it decides whether it is live. An
 * access token is not enough for a code, which opens a session that may outlive it (RFC 9700 §4.14.2). Once the access
 * token has expired, that batch also rotates the refresh token, so that a copied one is noticed.
 */
export async function browserSession(c: PageContext, deps: PageSessionDeps): Promise<BrowserSession | null> {
  // The guard of the page may have rotated the token of the cookie.
  const held = await verifiedHolder(deps, c.var.refreshToken ?? refreshCookie(c));
  if (held === null) return null;
  if (c.var.refreshToken !== undefined) return { held, rotate: null };
  const access = accessCookie(c);
  const own = ownAudience(deps.settings);
  const claims = access === undefined ? null : await verifyAccessToken(deps, access, { audience: own });
  if (claims?.ok && claims.value.sessionId === held.sessionId) {
    c.set("actorId", held.accountId);
    return { held, rotate: null };
  }
  const rotate = async (run: RunRotation) => {
    const sessions = { ...deps.sessions, rotate: run };
    return verifiedHolder(deps, (await refreshPage(c, { ...deps, sessions }))?.tokens.refreshToken);
  };
  return { held, rotate };
}

async function verifiedHolder(deps: PageSessionDeps, token: string | undefined): Promise<HeldSession | null> {
  if (token === undefined) return null;
  const verified = await verifyRefreshToken(deps, token);
  return verified.ok ? verified.value : null;
}
