import { jwtVerify, SignJWT } from "jose";
import { type Clock, SECOND } from "../core/clock.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import { isInvalidTokenError } from "../core/crypto/token-error.ts";
import { hmacKeyOfToken } from "../core/crypto/token-key.ts";
import { err, ok, type Result } from "../core/result.ts";
import { FIRST_PARTY_CLIENT } from "./session.ts";
import { TOKEN_KINDS } from "./token-kinds.ts";

const TYPE = TOKEN_KINDS.refresh.typ;
const [ALG] = TOKEN_KINDS.refresh.algs;

export type RefreshTokenDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

/** The state of the session that its refresh token carries. */
type Subject = {
  readonly sessionId: string;
  readonly accountId: string;
  /** The OAuth client that may present the token. Absent: this service's own API. */
  readonly clientId?: string;
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
  const { sessionId: sid, generation: gen, clientId: client_id } = subject;
  return new SignJWT({ sid, gen, ...(client_id === undefined ? {} : { client_id }) })
    .setProtectedHeader({ alg: ALG, typ: TYPE, kid: root.id })
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

/**
 * Verifies a refresh token of the client: without one, of this service's own API. RFC 9700 §4.14.2: the token of another
 * client is unusable, and its session stays as it is.
 */
export async function verifyRefreshToken(
  deps: RefreshTokenDeps,
  token: string,
  clientId: string = FIRST_PARTY_CLIENT,
): Promise<Result<RefreshTokenClaims, "token_unusable">> {
  try {
    const { payload } = await jwtVerify(token, hmacKeyOfToken(deps.secrets, "refresh-token"), {
      algorithms: [ALG],
      typ: TYPE,
      issuer: deps.settings.publicUrl,
      audience: deps.settings.publicUrl,
      requiredClaims: [...TOKEN_KINDS.refresh.claims],
      currentDate: new Date(deps.clock.now()),
    });
    const { sub, sid, gen, client_id: issuedTo = FIRST_PARTY_CLIENT } = payload;
    if (
      issuedTo !== clientId ||
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
