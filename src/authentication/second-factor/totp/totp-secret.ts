import { fromBase64url, toBase64url } from "../../../core/crypto/encoding.ts";
import { isSealedByEarlier, seal, unseal } from "../../../core/crypto/seal.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";

type FactorRef = { readonly accountId: string; readonly factorId: string };

const contextOf = ({ accountId, factorId }: FactorRef): string => `totp\n${accountId}\n${factorId}`;

/** Seals a secret for the row of one factor of one account. */
export const sealTotpSecret = (ring: SecretRing, factor: FactorRef, secret: Uint8Array): Promise<string> =>
  seal(ring, "seal-factor", contextOf(factor), toBase64url(secret));

/** `resealed`: the secret under the current root secret. Absent if it is sealed under it already. */
type OpenedSecret = { readonly secret: Uint8Array; readonly resealed?: string };

/** Null if the root secret that sealed it was removed from the ring. */
export async function openTotpSecret(
  ring: SecretRing,
  factor: FactorRef,
  sealed: string,
): Promise<OpenedSecret | null> {
  const text = await unseal(ring, "seal-factor", contextOf(factor), sealed);
  const secret = text === null ? null : fromBase64url(text);
  if (secret === null) return null;
  return isSealedByEarlier(ring, sealed)
    ? { secret, resealed: await sealTotpSecret(ring, factor, secret) }
    : { secret };
}
