import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { StoredSigningKey } from "./signing-key.ts";

type Period = { readonly createdAt: number; readonly signsFrom: number; readonly signsUntil: number };

/** Makes an ES256 key pair, named by its thumbprint (RFC 7638), the private half sealed. */
export async function createSigningKey(ring: SecretRing, period: Period): Promise<StoredSigningKey> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const kid = await calculateJwkThumbprint(pair.publicKey);
  // Named one by one: only public members can get into what is published (RFC 7518 §6.2.1).
  const { kty, crv, x, y } = await exportJWK(pair.publicKey);
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
  return {
    kid,
    publicJwk: JSON.stringify({ kty, crv, x, y, kid, alg: "ES256", use: "sig" }),
    sealedPrivateJwk: await seal(ring, "seal-signing-key", kid, privateJwk),
    sealedBy: ring.current.id,
    ...period,
  };
}
