import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { StoredSigningKey } from "./signing-key.ts";

type Period = { readonly createdAt: number; readonly signsFrom: number; readonly signsUntil: number };

/** Creates an ES256 key pair. Its `kid` is its thumbprint (RFC 7638); its private key is sealed. */
export async function createSigningKey(ring: SecretRing, period: Period): Promise<StoredSigningKey> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const kid = await calculateJwkThumbprint(pair.publicKey);
  // Listed one by one, so that only public members are published (RFC 7518 §6.2.1).
  const { kty, crv, x, y } = await exportJWK(pair.publicKey);
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
  return {
    kid,
    alg: "ES256",
    publicJwk: JSON.stringify({ kty, crv, x, y, kid, alg: "ES256", use: "sig" }),
    sealedPrivateJwk: await seal(ring, "seal-signing-key", kid, privateJwk),
    sealedBy: ring.current.id,
    ...period,
  };
}
