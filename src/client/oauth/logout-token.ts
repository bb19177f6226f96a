import { decodeProtectedHeader, errors, type JWTPayload } from "jose";
import { clock } from "../clock.ts";
import { isCompactJws, KeysUnavailable, verifyJwt } from "../verify-jwt.ts";
import type { OAuthClient } from "./oauth-client.ts";

/** A session that ended at Gatehouse. At least one of the two is set. */
export type LogoutEvent = {
  /** Ends this session; without it, all sessions of the user. */
  readonly sessionId?: string;
  readonly userId?: string;
};

export type LogoutTokenResult =
  | { readonly ok: true; readonly event: LogoutEvent }
  | { readonly ok: false; readonly reason: "invalid" | "unavailable" };

/** The member of `events` that makes a JWT a logout token. */
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** Seconds. OpenID Connect Back-Channel Logout 1.0 §4 recommends a lifetime of two minutes at most. */
const MAX_AGE = 120;

const INVALID = { ok: false, reason: "invalid" } as const;

/** Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6). */
export async function verifyLogoutToken(client: OAuthClient, token: string): Promise<LogoutTokenResult> {
  if (!isCompactJws(token)) return INVALID;
  try {
    const { issuer, clientId: audience, fetch } = client;
    const payload = await verifyJwt(token, {
      alg: algorithmOf(token),
      issuer,
      audience,
      fetch,
      typ: "logout+jwt",
      requiredClaims: ["iat", "exp", "jti", "events"],
    });
    const event = eventOf(payload);
    return event ? { ok: true, event } : INVALID;
  } catch (cause) {
    return { ok: false, reason: cause instanceof KeysUnavailable ? "unavailable" : "invalid" };
  }
}

/** The two algorithms that Gatehouse signs ID tokens with. Keys of one are never used for the other. */
function algorithmOf(token: string): "ES256" | "RS256" {
  const { alg } = decodeProtectedHeader(token);
  if (alg !== "ES256" && alg !== "RS256") throw new errors.JOSEAlgNotAllowed("alg");
  return alg;
}

function eventOf({ sub, sid, events, nonce, iat = 0 }: JWTPayload): LogoutEvent | null {
  const members = typeof events === "object" && events !== null ? events : {};
  // A nonce marks an ID token, which must not be taken for a logout token.
  if (nonce !== undefined || !(EVENT in members) || iat < clock.now() / 1000 - MAX_AGE) return null;
  const event = {
    ...(typeof sid === "string" ? { sessionId: sid } : {}),
    ...(typeof sub === "string" ? { userId: sub } : {}),
  };
  return Object.keys(event).length > 0 ? event : null;
}
