import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Account } from "../accounts/account.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { toBase64url, utf8 } from "../core/crypto/encoding.ts";
import { isInvalidTokenError, UnknownKeyError } from "../core/crypto/token-error.ts";
import type { KeyRing } from "../sessions/signing-keys/key-ring.ts";
import { TOKEN_KINDS } from "../sessions/token-kinds.ts";
import { sessionClaims } from "../sessions/user-claims.ts";
import type { Client } from "./clients/client.ts";
import { claimsOfScopes } from "./scope-claims.ts";

const { typ: TYPE, algs: ALGS } = TOKEN_KINDS.idToken;

export type IdTokenDeps = {
  readonly keyRing: Pick<KeyRing, "signingKey" | "verificationKey">;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
};

type NewIdToken = {
  readonly client: Pick<Client, "id" | "idTokenAlg">;
  readonly account: Account;
  readonly session: {
    readonly id: string;
    readonly amr: readonly string[];
    readonly authenticatedAt: number;
  };
  readonly scopes: readonly string[];
  /** Of the authorization request; null for a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string | null;
  readonly accessToken: string;
  /** Seconds. */
  readonly lifetime: number;
};

/** Signs an ID token (OpenID Connect Core §2), with the algorithm that the client is registered for. */
export async function signIdToken(
  { keyRing, clock, settings }: IdTokenDeps,
  { client, account, session, scopes, nonce, accessToken, lifetime }: NewIdToken,
): Promise<string> {
  const alg = client.idTokenAlg;
  const { kid, key } = await keyRing.signingKey(alg);
  const issuedAt = Math.floor(clock.now() / SECOND);
  const claims: JWTPayload = {
    ...claimsOfScopes(account, scopes, settings.publicUrl),
    ...sessionClaims(session),
    ...(nonce === null ? {} : { nonce }),
    at_hash: await accessTokenHash(accessToken),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid, typ: TYPE })
    .setIssuer(settings.publicUrl)
    .setAudience(client.id)
    .setSubject(account.id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetime)
    .sign(key);
}

/** OpenID Connect Core §3.1.3.6: the left half of the digest. Both algorithms use SHA-256. */
async function accessTokenHash(accessToken: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(accessToken)));
  return toBase64url(digest.subarray(0, digest.byteLength / 2));
}

/** What an ID token proves about a request that brings it as a hint. */
export type IdTokenHint = {
  readonly clientId: string;
  readonly accountId: string;
  readonly sessionId: string;
  /** Seconds. */
  readonly expiresAt: number;
};

/**
 * Verifies an ID token that a request presents as `id_token_hint`. An expired one is accepted (OpenID Connect
 * RP-Initiated Logout §2). Null: it is not an ID token of this service, or its key is no longer published. It grants
 * nothing: the caller compares it with the session of the browser.
 */
export async function verifyIdTokenHint(
  { keyRing, settings }: Pick<IdTokenDeps, "keyRing" | "settings">,
  token: string,
): Promise<IdTokenHint | null> {
  try {
    const alg = ALGS.find((each) => each === decodeProtectedHeader(token).alg);
    if (!alg) return null;
    const { payload } = await jwtVerify(
      token,
      async ({ kid = "" }) => {
        const key = await keyRing.verificationKey(kid, alg);
        if (!key) throw new UnknownKeyError();
        return key;
      },
      // The claims below are checked by type. An expired token is accepted.
      { algorithms: [alg], typ: TYPE, issuer: settings.publicUrl, currentDate: new Date(0) },
    );
    const { aud, sub, sid, exp } = payload;
    if (typeof aud !== "string" || typeof sub !== "string" || typeof sid !== "string") return null;
    return exp === undefined ? null : { clientId: aud, accountId: sub, sessionId: sid, expiresAt: exp };
  } catch (cause) {
    if (isInvalidTokenError(cause) || cause instanceof TypeError) return null;
    throw cause;
  }
}
