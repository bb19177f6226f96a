import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { ROLES } from "../admin/authorization/permissions.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { isInvalidTokenError, UnknownKeyError } from "../core/crypto/token-error.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { AccessTokenClaims, MachineTokenClaims } from "./access-token-claims.ts";
import { type AudienceSettings, allAudiences, ownAudience, userinfoUrl } from "./audience.ts";
import type { KeyRing } from "./signing-keys/key-ring.ts";
import { TOKEN_KINDS } from "./token-kinds.ts";
import { findVerifiedClaims, rememberVerifiedToken } from "./verified-tokens.ts";

/** RFC 9068 §2.1: the type prevents confusion with every other kind of token. */
const TYPE = TOKEN_KINDS.userAccess.typ;
const [ALG] = TOKEN_KINDS.userAccess.algs;

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

/** `claims`: those of the kind of token, beside the ones that every access token has. */
export type NewAccessToken = {
  readonly audience: string | readonly string[];
  readonly subject: string;
  readonly clientId: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly claims: JWTPayload;
};

/** Signs an access token with the claims of RFC 9068 §2.2. */
export async function signAccessToken(
  {
    keyRing,
    clock,
    settings,
  }: Pick<AccessTokenDeps, "keyRing" | "clock"> & {
    readonly settings: Pick<TokenSettings, "publicUrl">;
  },
  { audience, subject, clientId, lifetime, claims }: NewAccessToken,
): Promise<string> {
  const { kid, key } = await keyRing.signingKey(ALG);
  const issuedAt = Math.floor(clock.now() / SECOND);
  return new SignJWT({ ...claims, client_id: clientId })
    .setProtectedHeader({ alg: ALG, kid, typ: TYPE })
    .setIssuer(settings.publicUrl)
    .setAudience(typeof audience === "string" ? audience : [...audience])
    .setSubject(subject)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetime)
    .sign(key);
}

export type TokenFailure = "token_invalid" | "token_expired" | "audience_mismatch";

type Checks = {
  /** For sign-out, which accepts an expired token. */
  readonly ignoreExpiry?: boolean;
  /** The only accepted audience. Default: that of any resource. */
  readonly audience?: string;
};

/** Verifies an access token of a user. A token of a machine is `token_invalid`. Does not read the session. */
export async function verifyAccessToken(
  deps: AccessTokenDeps,
  token: string,
  { ignoreExpiry = false, audience }: Checks = {},
): Promise<Result<AccessTokenClaims, TokenFailure>> {
  const audiences = audience === undefined ? [...allAudiences(deps.settings)] : [audience];
  const verified = await verifyAnyAccessToken(deps, token, { ignoreExpiry, audiences });
  if (!verified.ok) return verified;
  return verified.value.kind === "user" ? ok(verified.value) : err("token_invalid");
}

/** Verifiers of tokens of any audience need no other settings than the issuer. */
type VerifyDeps = Pick<AccessTokenDeps, "keyRing" | "clock"> & {
  readonly settings: Pick<TokenSettings, "publicUrl">;
};

type AnyChecks = {
  readonly ignoreExpiry?: boolean;
  /** The accepted audiences. `any`: the caller decides by the claims. */
  readonly audiences: readonly string[] | "any";
};

/**
 * Verifies signature, type and claims (RFC 8725 §3, RFC 9068 §4) of an access token for one of the audiences. The isolate
 * remembers the tokens that it has verified, so that a repeated token costs no signature check.
 */
export async function verifyAnyAccessToken(
  { keyRing, clock, settings }: VerifyDeps,
  token: string,
  { ignoreExpiry = false, audiences }: AnyChecks,
): Promise<Result<AccessTokenClaims | MachineTokenClaims, TokenFailure>> {
  const issuer = settings.publicUrl;
  const now = clock.now();
  const { verifiedTokens } = keyRing;
  const verificationKey = (kid: string) => keyRing.verificationKey(kid, ALG);
  const required = { issuer, audiences, now: Math.floor(now / SECOND), verificationKey };
  const verified = await findVerifiedClaims(verifiedTokens, token, required);
  if (verified) return ok(verified);
  // Exactly the compact serialization: jose's decoder tolerates other characters.
  if (token.length > MAX_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return err("token_invalid");
  try {
    const at = new Date(ignoreExpiry ? 0 : now);
    const { payload, protectedHeader, key } = await verifyJwt(token, required, at);
    const claims = readClaims(payload, issuer);
    if (!claims) return err("token_invalid");
    const { kid = "" } = protectedHeader;
    // Tokens of this service have no `nbf`, which a remembered token would not be checked for.
    if (payload.nbf === undefined) rememberVerifiedToken(verifiedTokens, token, { claims, issuer, kid, key });
    return ok(claims);
  } catch (cause) {
    if (isInvalidTokenError(cause)) return err(failureOf(cause));
    throw cause;
  }
}

type RequiredOfJwt = {
  readonly issuer: string;
  readonly audiences: readonly string[] | "any";
  readonly verificationKey: (kid: string) => Promise<CryptoKey | null>;
};

/** Throws an error of jose, or `UnknownKeyError`, for an invalid token. */
const verifyJwt = (token: string, { issuer, audiences, verificationKey }: RequiredOfJwt, currentDate: Date) =>
  jwtVerify(
    token,
    async ({ kid = "" }) => {
      const publicKey = await verificationKey(kid);
      // Only the service's own keys: `jku`, `jwk` and `x5u` in a header are ignored (RFC 8725 §3.10).
      if (!publicKey) throw new UnknownKeyError();
      return publicKey;
    },
    {
      algorithms: [...TOKEN_KINDS.userAccess.algs],
      typ: TYPE,
      issuer,
      ...(audiences === "any" ? {} : { audience: [...audiences] }),
      // `readClaims` requires the others.
      requiredClaims: ["jti"],
      currentDate,
    },
  );

/** The claims, or null if one has the wrong type, which jose does not check. */
function readClaims(payload: JWTPayload, issuer: string): AccessTokenClaims | MachineTokenClaims | null {
  const { sub, client_id: clientId, scope = "", iat, exp } = payload;
  const audiences = readAudiences(payload.aud, issuer);
  if (typeof sub !== "string" || typeof clientId !== "string" || typeof scope !== "string") return null;
  if (audiences === null || iat === undefined || exp === undefined) return null;
  const token = {
    clientId,
    audiences,
    scope: scope === "" ? [] : scope.split(" "),
    issuedAt: iat,
    expiresAt: exp,
  };
  if (payload.sid !== undefined) return readUserClaims(payload, sub, token);
  // An account id is never equal to the id of a client.
  return sub === clientId ? { kind: "machine", ...token } : null;
}

/** One audience; or the resource of a client and the userinfo endpoint, for a token with the scope `openid`. */
function readAudiences(aud: JWTPayload["aud"], publicUrl: string): readonly string[] | null {
  if (typeof aud === "string") return [aud];
  const [resource, userinfo, ...others] = aud ?? [];
  const isOfClient = resource !== ownAudience({ publicUrl }) && userinfo === userinfoUrl({ publicUrl });
  return resource !== undefined && isOfClient && others.length === 0 ? [resource, userinfo] : null;
}

function readUserClaims(
  payload: JWTPayload,
  accountId: string,
  token: Omit<MachineTokenClaims, "kind">,
): AccessTokenClaims | null {
  const { sid, email = null, email_verified: emailVerified = false, name = null, amr, acr } = payload;
  const { auth_time: authTime } = payload;
  const role = ROLES.find((each) => each === payload.role);
  if (typeof sid !== "string" || !role || !Array.isArray(amr) || typeof acr !== "string") return null;
  if (!isTextOrNull(email) || !isTextOrNull(name)) return null;
  if (typeof emailVerified !== "boolean" || typeof authTime !== "number") return null;
  const isRestricted = payload.restriction !== undefined;
  const user = { accountId, sessionId: sid, role, email, emailVerified, name };
  return { kind: "user", ...token, ...user, amr: amr.map(String), acr, authTime, isRestricted };
}

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";

function failureOf(cause: unknown): TokenFailure {
  if (cause instanceof errors.JWTExpired) return "token_expired";
  const isAudienceClaim = cause instanceof errors.JWTClaimValidationFailed && cause.claim === "aud";
  return isAudienceClaim && cause.reason === "check_failed" ? "audience_mismatch" : "token_invalid";
}
