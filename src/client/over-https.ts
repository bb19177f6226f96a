import { errors, type JWTPayload, jwtVerify } from "jose";
import { clock } from "./clock.ts";
import { findKey } from "./key-set.ts";
import { isSession, type VerifiedSession, type VerifyFailure, type VerifyResult } from "./session.ts";
import type { Verifier } from "./verifier.ts";

export type OverHttps = {
  /** PUBLIC_URL of Gatehouse, exactly as it has it: `https://auth.example.com`. */
  readonly issuer: string;
  /** Whom tokens have to be for. */
  readonly audience: string;
};

/**
 * Verifies tokens by the published keys alone. It cannot know of a sign-out: a token is good until it
 * expires. Throws for an issuer that is no https origin (http is for this machine), or no audience.
 */
export function overHttps({ issuer, audience }: OverHttps): Verifier {
  if (!isSound(issuer)) throw new TypeError("issuer has to be an https origin, without a path");
  if (typeof audience !== "string" || audience === "") throw new TypeError("audience has to be named");
  const url = `${issuer}/.well-known/jwks.json`;
  return {
    async verify(token: string, options?: { readonly strict?: boolean }): Promise<VerifyResult> {
      // Only Gatehouse itself can be asked strictly, and a fast answer must not pass for a strict one.
      if (options?.strict || typeof token !== "string") return refused("bad_request");
      // The compact form and nothing around it: jose decodes around what does not belong there.
      if (token.length > 8192 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return refused("token_invalid");
      try {
        const session = readSession((await verified(token, url, { issuer, audience })).payload);
        return session ? { ok: true, session } : refused("token_invalid");
      } catch (cause) {
        return refused(failureOf(cause));
      }
    },
  };
}

const refused = (reason: VerifyFailure): VerifyResult => ({ ok: false, reason });

class KeysUnavailable extends Error {}

/** RFC 9068 §4. Keys come from the issuer alone: `jku`, `jwk` and `x5u` of a header are never looked at. */
const verified = (token: string, url: string, expected: OverHttps) =>
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
  const isForOthers = cause instanceof errors.JWTClaimValidationFailed && cause.claim === "aud";
  return isForOthers && cause.reason === "check_failed" ? "audience_mismatch" : "token_invalid";
}

/** The claims if each is of its type, which jose does not ask. */
function readSession(payload: JWTPayload): VerifiedSession | null {
  const { sub, sid, aud, role, email, email_verified: emailVerified, name, amr, iat, exp } = payload;
  const session = {
    userId: sub,
    sessionId: sid,
    audience: aud,
    role,
    email,
    emailVerified,
    name,
    amr: Array.isArray(amr) ? amr.map(String) : null,
    issuedAt: iat,
    expiresAt: exp,
  };
  return isSession(session) ? session : null;
}

/** The origin as the URL parser writes it, since it is compared with a claim as text. */
function isSound(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const url = new URL(issuer);
  if (url.origin !== issuer) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && LOCAL.has(url.hostname));
}

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
