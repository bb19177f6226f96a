import { errors, type JWTPayload } from "jose";
import type { Fetch } from "./fetch.ts";
import { requireIssuer } from "./issuer.ts";
import { isAuthenticatedEnough, type Recency } from "./recency.ts";
import { isSession, type VerifiedSession, type VerifyFailure, type VerifyResult } from "./session.ts";
import type { Verifier } from "./verifier.ts";
import { isCompactJws, KeysUnavailable, verifyJwt } from "./verify-jwt.ts";

export type OverHttps = {
  /** PUBLIC_URL of Gatehouse, character for character: `https://auth.example.com`. */
  readonly issuer: string;
  /** The `aud` claim that tokens must have: the URI of one of RESOURCES. Its alias does not work here. */
  readonly audience: string;
  /** Fetches the key set. The platform's `fetch` by default. */
  readonly fetch?: Fetch;
};

/**
 * Verifies tokens with the published keys only. It does not see a sign-out: a token is valid until it expires.
 * Throws a TypeError for an issuer that is not an https origin (or http on loopback), and for a missing audience.
 */
export function overHttps({ issuer, audience, fetch }: OverHttps): Verifier {
  requireIssuer(issuer);
  if (typeof audience !== "string" || audience === "") throw new TypeError("audience is required");
  return {
    async verify(
      token: string,
      options: Recency & { readonly strict?: boolean } = {},
    ): Promise<VerifyResult> {
      // Only Gatehouse can verify strictly. A fast result must not be taken for a strict one.
      if (options.strict || typeof token !== "string") return refused("bad_request");
      if (!isCompactJws(token)) return refused("token_invalid");
      try {
        const payload = await verifyJwt(token, { ...ACCESS_TOKEN, issuer, audience, fetch });
        if (!namesOnly(payload.aud, [audience, `${issuer}/oauth/userinfo`])) return refused("token_invalid");
        const session = readSession(payload, audience);
        if (!session) return refused("token_invalid");
        return isAuthenticatedEnough(session, options)
          ? { ok: true, session }
          : refused("reauthentication_required");
      } catch (cause) {
        return refused(failureOf(cause));
      }
    },
  };
}

/** RFC 9068 §4. */
const ACCESS_TOKEN = {
  alg: "ES256" as const,
  typ: "at+jwt",
  requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
};

/** One resource alone, or beside the userinfo endpoint: a token for several resources could be replayed by one of them. */
const namesOnly = (aud: JWTPayload["aud"], [audience, userinfo]: readonly [string, string]): boolean =>
  typeof aud === "string" || (aud?.length === 2 && aud[0] === audience && aud[1] === userinfo);

const refused = (reason: VerifyFailure): VerifyResult => ({ ok: false, reason });

function failureOf(cause: unknown): VerifyFailure {
  if (cause instanceof KeysUnavailable) return "unavailable";
  if (cause instanceof errors.JWTExpired) return "token_expired";
  const isAudience = cause instanceof errors.JWTClaimValidationFailed && cause.claim === "aud";
  return isAudience && cause.reason === "check_failed" ? "audience_mismatch" : "token_invalid";
}

/** Returns the claims if each has its type, which jose does not check. `audience`: the one that was required. */
function readSession(payload: JWTPayload, audience: string): VerifiedSession | null {
  const {
    sub,
    sid,
    client_id: clientId,
    scope = "",
    role,
    amr,
    acr,
    auth_time: authTime,
    iat,
    exp,
  } = payload;
  const { email = null, email_verified: emailVerified = false, name = null } = payload;
  const session = {
    userId: sub,
    sessionId: sid,
    audience,
    clientId,
    scope: typeof scope === "string" ? scope.split(" ").filter(Boolean) : null,
    role,
    email,
    emailVerified,
    name,
    amr: Array.isArray(amr) ? amr.map(String) : null,
    acr,
    authTime,
    issuedAt: iat,
    expiresAt: exp,
  };
  return isSession(session) ? session : null;
}
