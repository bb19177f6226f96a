import { jwtVerify } from "jose";
import { isInvalidTokenError, UnknownKeyError } from "../core/crypto/token-error.ts";
import type { KeyRing } from "../sessions/signing-keys/key-ring.ts";

export type IdTokenHintDeps = {
  readonly keyRing: Pick<KeyRing, "verificationKey">;
  readonly settings: { readonly publicUrl: string };
};

/** What an ID token of this service says about an earlier sign-in. */
export type IdTokenHint = {
  readonly accountId: string;
  readonly clientId: string;
  /** The client's session. */
  readonly sessionId: string | null;
};

/**
 * Verifies an `id_token_hint`: an ID token of this service, which may have expired (OpenID Connect Core §3.1.2.1). Null:
 * it is none, or its key has been retired.
 */
export async function verifyIdTokenHint(
  { keyRing, settings }: IdTokenHintDeps,
  token: string,
): Promise<IdTokenHint | null> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid = "", alg }) => {
        const key = await keyRing.verificationKey(kid, alg === "RS256" ? "RS256" : "ES256");
        if (!key) throw new UnknownKeyError();
        return key;
      },
      {
        algorithms: ["RS256", "ES256"],
        typ: "JWT",
        issuer: settings.publicUrl,
        requiredClaims: ["sub", "aud", "exp"],
        // Any instant is before the expiry of a token.
        currentDate: new Date(0),
      },
    );
    const { sub, aud, sid } = payload;
    if (typeof sub !== "string" || typeof aud !== "string") return null;
    return { accountId: sub, clientId: aud, sessionId: typeof sid === "string" ? sid : null };
  } catch (cause) {
    if (isInvalidTokenError(cause)) return null;
    throw cause;
  }
}
