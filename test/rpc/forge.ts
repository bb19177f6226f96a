import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from "jose";
import { unseal } from "../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { AUTH_SECRET, type House } from "./test-server.ts";

type Changes = { readonly claims?: JWTPayload; readonly header?: Record<string, unknown> };

/** Signs tokens of every kind with the service's own key: like that good one, but for the changes. */
export async function openForge(house: House, good: string) {
  const header = decodeProtectedHeader(good);
  const { DB } = await house.storage();
  const row = await DB.prepare("SELECT kid, sealed_private_jwk AS sealed FROM signing_keys").first<{
    kid: string;
    sealed: string;
  }>();
  const ring = await createSecretRing(AUTH_SECRET);
  const jwk = await unseal(ring, "seal-signing-key", row?.kid ?? "", row?.sealed ?? "");
  const own = await importJWK(JSON.parse(jwk ?? ""), "ES256");
  return (changes: Changes, key: CryptoKey | Uint8Array = own) =>
    new SignJWT({ ...decodeJwt(good), ...changes.claims })
      .setProtectedHeader({ ...header, alg: "ES256", ...changes.header })
      .sign(key);
}
