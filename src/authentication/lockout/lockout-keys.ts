import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { storedAddressKey } from "../../core/email-address.ts";

/** Every kind of lock that an account has. */
export const LOCKOUTS = ["signed-in", "strangers", "known-devices"] as const;
export type Lockout = (typeof LOCKOUTS)[number];

/**
 * Whose failures are counted together: strangers' at an address, or those of all its known devices,
 * so that strangers cannot lock its owner out, and a thief who made devices known gains nothing by
 * their number. Whoever is signed in confirms the password under a third key, of the account. Keyed,
 * so that the rows name nobody, and made without looking, so that an address that has no account
 * locks alike.
 */
export const lockoutKey = (
  deps: { readonly secrets: SecretRing },
  target: string,
  who: Lockout,
): Promise<string> => keyedHash(deps.secrets.current, "lock-key", `${who}\n${target}`);

export type AccountLockoutsDeps = { readonly secrets: SecretRing };

/** The keys of all of them, in that order: whoever proves to have its mail begins anew, or an admin lets them. */
export function accountLockouts(
  deps: AccountLockoutsDeps,
  account: { readonly id: string; readonly email: string },
): Promise<string[]> {
  const key = storedAddressKey(account.email);
  return Promise.all(LOCKOUTS.map((who) => lockoutKey(deps, who === "signed-in" ? account.id : key, who)));
}
