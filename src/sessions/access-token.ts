import { jwtVerify, SignJWT } from "jose";
import type { Account } from "../accounts/account.ts";
import { type Clock, SECOND } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { KeyRing } from "./signing-keys/key-ring.ts";

/** RFC 9068 §2.1: the type keeps an access token from passing for any other kind, and they for it. */
const TYPE = "at+jwt";

export type TokenSettings = {
  /** PUBLIC_URL: the issuer of every token. */
  readonly publicUrl: string;
  /** AUDIENCES; a token is issued to the first and accepted for any. */
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

/** Signs the claims of RFC 9068 §2.2 with what consumers ask most (contract §4). */
export async function signAccessToken(deps: AccessTokenDeps, subject: Subject): Promise<string> {
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
    .setAudience(settings.audiences[0])
    .setSubject(account.id)
    .setJti(newId())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + settings.accessTokenTtl)
    .sign(key);
}

/** What a verified token names; whether its session is still good is D1's to say. */
export type AccessTokenClaims = { readonly accountId: string; readonly sessionId: string };

/**
 * Checks everything that a token can say of itself (RFC 8725 §3, RFC 9068 §4). `ignoreExpiry` is for
 * signing out, which must work with a token that has just run out.
 */
export async function verifyAccessToken(
  deps: AccessTokenDeps,
  token: string,
  options: { readonly ignoreExpiry: boolean } = { ignoreExpiry: false },
): Promise<Result<AccessTokenClaims, "token_unusable">> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = typeof kid === "string" ? await deps.keyRing.verificationKey(kid) : null;
        // Only keys of our own set: `jku`, `jwk` and `x5u` in a header are never looked at.
        if (!key) throw new UnknownKey();
        return key;
      },
      {
        algorithms: ["ES256"],
        typ: TYPE,
        issuer: deps.settings.publicUrl,
        audience: [...deps.settings.audiences],
        requiredClaims: ["exp", "iat", "sub", "sid", "jti"],
        currentDate: new Date(options.ignoreExpiry ? 0 : deps.clock.now()),
      },
    );
    if (typeof payload.sub !== "string" || typeof payload.sid !== "string") return err("token_unusable");
    return ok({ accountId: payload.sub, sessionId: payload.sid });
  } catch (cause) {
    if (isTokenFault(cause)) return err("token_unusable");
    throw cause;
  }
}

class UnknownKey extends Error {}

/** A fault of the token, as jose names them (`ERR_J…`); anything else is ours or the database's. */
const isTokenFault = (cause: unknown): boolean =>
  cause instanceof UnknownKey ||
  (cause instanceof Error && "code" in cause && String(cause.code).startsWith("ERR_J"));
