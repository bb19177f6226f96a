import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Account, Role } from "../accounts/account.ts";
import { ROLES } from "../admin/authorization/permissions.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { isInvalidTokenError, UnknownKeyError } from "../core/crypto/token-error.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { KeyRing } from "./signing-keys/key-ring.ts";

/** RFC 9068 §2.1: the type prevents confusion with every other kind of token. */
const TYPE = "at+jwt";

/** Characters. A genuine token is many times shorter. */
const MAX_LENGTH = 8192;

export type TokenSettings = {
  /** PUBLIC_URL: the issuer of every token. */
  readonly publicUrl: string;
  /** AUDIENCES. The first is this service's own (see `ownAudience`). */
  readonly audiences: readonly [string, ...string[]];
  /** Seconds. */
  readonly accessTokenTtl: number;
};

export type AccessTokenDeps = {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly settings: TokenSettings;
};

type Subject = { readonly sessionId: string; readonly amr: readonly string[]; readonly account: Account };

/** `audience`: one of AUDIENCES. */
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

/** The claims of a verified token. Only D1 knows whether the session is still live. Instants in seconds. */
export type AccessTokenClaims = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly audience: string;
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly amr: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
};

export type TokenFailure = "token_invalid" | "token_expired" | "audience_mismatch";

type Checks = {
  /** For sign-out, which accepts an expired token. */
  readonly ignoreExpiry?: boolean;
  /** The only accepted audience. Default: any of AUDIENCES. */
  readonly audience?: string;
};

/** Verifies signature, type and claims (RFC 8725 §3, RFC 9068 §4). Does not read the session. */
export async function verifyAccessToken(
  deps: AccessTokenDeps,
  token: string,
  { ignoreExpiry = false, audience }: Checks = {},
): Promise<Result<AccessTokenClaims, TokenFailure>> {
  // Exactly the compact serialization: jose's decoder tolerates other characters.
  if (token.length > MAX_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return err("token_invalid");
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = typeof kid === "string" ? await deps.keyRing.verificationKey(kid) : null;
        // Only the service's own keys: `jku`, `jwk` and `x5u` in a header are ignored (RFC 8725 §3.10).
        if (!key) throw new UnknownKeyError();
        return key;
      },
      {
        algorithms: ["ES256"],
        typ: TYPE,
        issuer: deps.settings.publicUrl,
        audience: audience ?? [...deps.settings.audiences],
        requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
        currentDate: new Date(ignoreExpiry ? 0 : deps.clock.now()),
      },
    );
    const claims = readClaims(payload);
    return claims ? ok(claims) : err("token_invalid");
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
