import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import { unseal } from "../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";

/** The claims of a valid access token with changes, signed with the key of the service. */
export async function signAsService(valid: string, changes: JWTPayload): Promise<string> {
  const { kid } = decodeProtectedHeader(valid);
  const row = await env.DB.prepare("SELECT sealed_private_jwk AS sealed FROM signing_keys WHERE kid = ?")
    .bind(kid)
    .first<{ sealed: string }>();
  const ring = await createSecretRing("a test's root secret, 32 bytes or more");
  const jwk = JSON.parse((await unseal(ring, "seal-signing-key", String(kid), row?.sealed ?? "")) ?? "{}");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  return new SignJWT({ ...decodeJwt(valid), ...changes })
    .setProtectedHeader({ alg: "ES256", kid: String(kid), typ: "at+jwt" })
    .sign(key);
}
