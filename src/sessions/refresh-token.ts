import { jwtVerify, SignJWT } from "jose";
import { type Clock, SECOND } from "../core/clock.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import { isInvalidTokenError } from "../core/crypto/token-error.ts";
import { hmacKeyOfToken } from "../core/crypto/token-key.ts";
import { err, ok, type Result } from "../core/result.ts";

const TYPE = "rt+jwt";

export type RefreshTokenDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** The state of the session that its refresh token carries. */
type Subject = {
  readonly sessionId: string;
  readonly accountId: string;
  readonly generation: number;
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
};

/**
 * Signs a refresh token: session id and generation, for this service only. Every claim comes from the session
 * row, so a retry gets an identical token. The token is not stored.
 */
export async function signRefreshToken(deps: RefreshTokenDeps, subject: Subject): Promise<string> {
  const root = deps.secrets.current;
  return new SignJWT({ sid: subject.sessionId, gen: subject.generation })
    .setProtectedHeader({ alg: "HS256", typ: TYPE, kid: root.id })
    .setIssuer(deps.settings.publicUrl)
    .setAudience(deps.settings.publicUrl)
    .setSubject(subject.accountId)
    .setIssuedAt(Math.floor(subject.rotatedAt / SECOND))
    .setExpirationTime(Math.floor(subject.idleExpiresAt / SECOND))
    .sign(await root.hmacKey("refresh-token"));
}

export type RefreshTokenClaims = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly generation: number;
};

export async function verifyRefreshToken(
  deps: RefreshTokenDeps,
  token: string,
): Promise<Result<RefreshTokenClaims, "token_unusable">> {
  try {
    const { payload } = await jwtVerify(token, hmacKeyOfToken(deps.secrets, "refresh-token"), {
      algorithms: ["HS256"],
      typ: TYPE,
      issuer: deps.settings.publicUrl,
      audience: deps.settings.publicUrl,
      requiredClaims: ["exp", "iat", "sub", "sid", "gen"],
      currentDate: new Date(deps.clock.now()),
    });
    const { sub, sid, gen } = payload;
    if (
      typeof sub !== "string" ||
      typeof sid !== "string" ||
      typeof gen !== "number" ||
      !Number.isSafeInteger(gen) ||
      gen < 1
    ) {
      return err("token_unusable");
    }
    return ok({ accountId: sub, sessionId: sid, generation: gen });
  } catch (cause) {
    if (isInvalidTokenError(cause)) return err("token_unusable");
    throw cause;
  }
}
