import { keyedHash } from "../kernel/crypto/keyed-hash.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";

/**
 * Whose failures are counted together: everybody's at an address, or a known device's own, so that
 * strangers cannot lock its owner out. Keyed, so that the rows name nobody, and made without
 * looking, so that an address that has no account locks alike.
 */
export const lockKey = (
  deps: { readonly secrets: SecretRing },
  emailKey: string,
  knownDeviceId: string | null,
): Promise<string> =>
  keyedHash(deps.secrets.current, "lock-key", knownDeviceId ? `${emailKey}\n${knownDeviceId}` : emailKey);
