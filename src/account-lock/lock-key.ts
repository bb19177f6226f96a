import { keyedHash } from "../kernel/crypto/keyed-hash.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { storedAddressKey } from "../kernel/email-address.ts";

/** Every kind of lock that an account has. */
export const LOCKS = ["signed-in", "strangers", "known-devices"] as const;
export type Lock = (typeof LOCKS)[number];

/**
 * Whose failures are counted together: strangers' at an address, or those of all its known devices,
 * so that strangers cannot lock its owner out, and a thief who made devices known gains nothing by
 * their number. Whoever is signed in confirms the password under a third key, of the account. Keyed,
 * so that the rows name nobody, and made without looking, so that an address that has no account
 * locks alike.
 */
export const lockKey = (deps: { readonly secrets: SecretRing }, target: string, who: Lock): Promise<string> =>
  keyedHash(deps.secrets.current, "lock-key", `${who}\n${target}`);

export type AccountLocksDeps = { readonly secrets: SecretRing };

/** The keys of all of them, in that order: whoever proves to have its mail begins anew, or an admin lets them. */
export function accountLocks(
  deps: AccountLocksDeps,
  account: { readonly id: string; readonly email: string },
): Promise<string[]> {
  const key = storedAddressKey(account.email);
  return Promise.all(LOCKS.map((who) => lockKey(deps, who === "signed-in" ? account.id : key, who)));
}
