import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from "jose";
import { unseal } from "../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { AUTH_SECRET, type Workers } from "./start-workers.ts";

type Changes = { readonly claims?: JWTPayload; readonly header?: Record<string, unknown> };

/** Returns a function that signs `validToken` again with changed claims or header, by default with the service's own key. */
export async function createTokenSigner(workers: Workers, validToken: string) {
  const header = decodeProtectedHeader(validToken);
  const { DB } = await workers.storage();
  const row = await DB.prepare("SELECT kid, sealed_private_jwk AS sealed FROM signing_keys").first<{
    kid: string;
    sealed: string;
  }>();
  const ring = await createSecretRing(AUTH_SECRET);
  const jwk = await unseal(ring, "seal-signing-key", row?.kid ?? "", row?.sealed ?? "");
  const serviceKey = await importJWK(JSON.parse(jwk ?? ""), "ES256");
  return (changes: Changes, key: CryptoKey | Uint8Array = serviceKey) =>
    new SignJWT({ ...decodeJwt(validToken), ...changes.claims })
      .setProtectedHeader({ ...header, alg: "ES256", ...changes.header })
      .sign(key);
}
