import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Account } from "../accounts/account.ts";
import { ROLES } from "../admin/authorization/permissions.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { isInvalidTokenError, UnknownKeyError } from "../core/crypto/token-error.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { AccessTokenClaims } from "./access-token-claims.ts";
import { type AudienceSettings, allAudiences } from "./audience.ts";
import type { KeyRing } from "./signing-keys/key-ring.ts";
import { findVerifiedClaims, rememberVerifiedToken } from "./verified-tokens.ts";

/** RFC 9068 §2.1: the type prevents confusion with every other kind of token. */
const TYPE = "at+jwt";

/** Characters. A genuine token is many times shorter. */
const MAX_LENGTH = 8192;

export type TokenSettings = AudienceSettings & {
  /** Seconds. */
  readonly accessTokenTtl: number;
};

export type AccessTokenDeps = {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly settings: TokenSettings;
};

type Subject = { readonly sessionId: string; readonly amr: readonly string[]; readonly account: Account };

/** `audience`: the URI of a resource. */
export type TokenRequest = { readonly audience: string };

/** Signs an access token: the claims of RFC 9068 §2.2, and the account data that consumers need most (contract §4). */
export async function signAccessToken(
  deps: AccessTokenDeps,
  subject: Subject,
  { audience }: TokenRequest,
): Promise<string> {
  const { keyRing, clock, settings } = deps;
  const { kid, key } = await keyRing.signingKey();
  const issuedAt = Math.floor(clock.now() / SECOND);
  const { account } = subject;
  return new SignJWT({
    sid: subject.sessionId,
    role: account.role,
    email: account.email,
    email_verified: account.emailVerifiedAt !== null,
    name: account.name,
    amr: [...subject.amr],
  })
    .setProtectedHeader({ alg: "ES256", kid, typ: TYPE })
    .setIssuer(settings.publicUrl)
    .setAudience(audience)
    .setSubject(account.id)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + settings.accessTokenTtl)
    .sign(key);
}

export type TokenFailure = "token_invalid" | "token_expired" | "audience_mismatch";

type Checks = {
  /** For sign-out, which accepts an expired token. */
  readonly ignoreExpiry?: boolean;
  /** The only accepted audience. Default: that of any resource. */
  readonly audience?: string;
};

/**
 * Verifies signature, type and claims (RFC 8725 §3, RFC 9068 §4). Does not read the session. The isolate remembers the
 * tokens that it has verified, so that a repeated token costs no signature check.
 */
export async function verifyAccessToken(
  deps: AccessTokenDeps,
  token: string,
  { ignoreExpiry = false, audience }: Checks = {},
): Promise<Result<AccessTokenClaims, TokenFailure>> {
  const { keyRing, clock, settings } = deps;
  const accepted = {
    issuer: settings.publicUrl,
    audiences: audience === undefined ? [...allAudiences(settings)] : [audience],
  };
  const now = clock.now();
  const { verifiedTokens, verificationKey } = keyRing;
  const required = { ...accepted, now: Math.floor(now / SECOND), verificationKey };
  const verified = await findVerifiedClaims(verifiedTokens, token, required);
  if (verified) return ok(verified);
  // Exactly the compact serialization: jose's decoder tolerates other characters.
  if (token.length > MAX_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return err("token_invalid");
  try {
    const { payload, protectedHeader, key } = await jwtVerify(
      token,
      async ({ kid = "" }) => {
        const publicKey = await verificationKey(kid);
        // Only the service's own keys: `jku`, `jwk` and `x5u` in a header are ignored (RFC 8725 §3.10).
        if (!publicKey) throw new UnknownKeyError();
        return publicKey;
      },
      {
        algorithms: ["ES256"],
        typ: TYPE,
        issuer: accepted.issuer,
        audience: accepted.audiences,
        // `readClaims` requires the others.
        requiredClaims: ["jti"],
        currentDate: new Date(ignoreExpiry ? 0 : now),
      },
    );
    const claims = readClaims(payload);
    if (!claims) return err("token_invalid");
    const { kid = "" } = protectedHeader;
    // Tokens of this service have no `nbf`, which a remembered token would not be checked for.
    if (payload.nbf === undefined)
      rememberVerifiedToken(verifiedTokens, token, { claims, issuer: accepted.issuer, kid, key });
    return ok(claims);
  } catch (cause) {
    if (isInvalidTokenError(cause)) return err(failureOf(cause));
    throw cause;
  }
}

/** The claims, or null if one has the wrong type, which jose does not check. Tokens of this service have one audience. */
function readClaims(payload: JWTPayload): AccessTokenClaims | null {
  const { sub, sid, aud, email, email_verified: emailVerified, name, amr, iat, exp } = payload;
  const role = ROLES.find((each) => each === payload.role);
  if (typeof sub !== "string" || typeof sid !== "string" || typeof aud !== "string") return null;
  if (typeof email !== "string" || typeof emailVerified !== "boolean" || typeof name !== "string")
    return null;
  if (!role || iat === undefined || exp === undefined || !Array.isArray(amr)) return null;
  const account = { accountId: sub, role, email, emailVerified, name };
  return { ...account, sessionId: sid, audience: aud, amr: amr.map(String), issuedAt: iat, expiresAt: exp };
}

function failureOf(cause: unknown): TokenFailure {
  if (cause instanceof errors.JWTExpired) return "token_expired";
  const isAudienceClaim = cause instanceof errors.JWTClaimValidationFailed && cause.claim === "aud";
  return isAudienceClaim && cause.reason === "check_failed" ? "audience_mismatch" : "token_invalid";
}
