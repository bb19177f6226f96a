import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { SigningAlg, StoredSigningKey } from "./signing-key.ts";

type Period = { readonly createdAt: number; readonly signsFrom: number; readonly signsUntil: number };

/** NIST SP 800-57 part 1 §5.6.3: 112 bits of security until 2030, and a key signs for a month. */
const RSA_BITS = 2048;

/** Creates a key pair. Its `kid` is its thumbprint (RFC 7638); its private key is sealed. */
export async function createSigningKey(
  ring: SecretRing,
  alg: SigningAlg,
  period: Period,
): Promise<StoredSigningKey> {
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength: RSA_BITS });
  const kid = await calculateJwkThumbprint(pair.publicKey);
  const publicJwk = publicMembers(alg, await exportJWK(pair.publicKey));
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey));
  return {
    kid,
    alg,
    publicJwk: JSON.stringify({ ...publicJwk, kid, alg, use: "sig" }),
    sealedPrivateJwk: await seal(ring, "seal-signing-key", kid, privateJwk),
    sealedBy: ring.current.id,
    ...period,
  };
}

/** Listed one by one, so that only public members are published (RFC 7518 §6.2.1 and §6.3.1). */
function publicMembers(alg: SigningAlg, { kty, crv, x, y, n, e }: JWK): JWK {
  return alg === "RS256" ? { kty, n, e } : { kty, crv, x, y };
}
