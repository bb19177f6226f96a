import { errors, type JWTPayload, jwtVerify } from "jose";
import { clock } from "./clock.ts";
import { findKey } from "./key-set.ts";
import { isSession, type VerifiedSession, type VerifyFailure, type VerifyResult } from "./session.ts";
import type { Verifier } from "./verifier.ts";

export type OverHttps = {
  /** PUBLIC_URL of Gatehouse, character for character: `https://auth.example.com`. */
  readonly issuer: string;
  /** The `aud` claim that tokens must have. */
  readonly audience: string;
};

/**
 * Verifies tokens with the published keys only. It does not see a sign-out: a token is valid until it expires.
 * Throws a TypeError for an issuer that is not an https origin (or http on loopback), and for a missing audience.
 */
export function overHttps({ issuer, audience }: OverHttps): Verifier {
  if (!isValidIssuer(issuer)) throw new TypeError("issuer must be an https origin without a path");
  if (typeof audience !== "string" || audience === "") throw new TypeError("audience is required");
  const url = `${issuer}/.well-known/jwks.json`;
  return {
    async verify(token: string, options?: { readonly strict?: boolean }): Promise<VerifyResult> {
      // Only Gatehouse can verify strictly. A fast result must not be taken for a strict one.
      if (options?.strict || typeof token !== "string") return refused("bad_request");
      // Compact serialization only: jose ignores some surrounding characters.
      if (token.length > 8192 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return refused("token_invalid");
      try {
        const { payload } = await verifyJwt(token, url, { issuer, audience });
        const session = readSession(payload, audience);
        return session ? { ok: true, session } : refused("token_invalid");
      } catch (cause) {
        return refused(failureOf(cause));
      }
    },
  };
}

const refused = (reason: VerifyFailure): VerifyResult => ({ ok: false, reason });

class KeysUnavailable extends Error {}

/** RFC 9068 §4. Keys come from the issuer only: the header parameters `jku`, `jwk` and `x5u` are ignored. */
const verifyJwt = (token: string, url: string, expected: OverHttps) =>
  jwtVerify(
    token,
    async ({ kid }) => {
      const key = typeof kid === "string" ? await findKey(url, kid) : null;
      if (key === "unavailable") throw new KeysUnavailable();
      if (key === null) throw new errors.JWKSNoMatchingKey();
      return key;
    },
    {
      ...expected,
      algorithms: ["ES256"],
      typ: "at+jwt",
      requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
      currentDate: new Date(clock.now()),
    },
  );

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

/** The issuer must be written as the URL parser writes an origin, since it is compared with a claim as text. */
function isValidIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const url = new URL(issuer);
  if (url.origin !== issuer) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOCAL.has(url.hostname));
}

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
