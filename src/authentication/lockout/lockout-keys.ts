import { fromBase64url } from "../../core/crypto/encoding.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { storedAddressKey } from "../../core/email-address.ts";

/**
 * The lockouts of one account. `unknown-devices`: sign-ins from unknown devices. `known-devices`: sign-ins from all
 * known devices together. `email-codes`: codes of sign-ins by email code on unknown devices, which count for
 * `unknown-devices` too. A sign-in by password does not clear it. `signed-in`: password confirmations and phone codes in a
 * session. The stored keys are derived from these strings, so changing a string resets its counters.
 */
export const LOCKOUTS = ["signed-in", "unknown-devices", "known-devices", "email-codes"] as const;
export type Lockout = (typeof LOCKOUTS)[number];

/**
 * The key of the attempt counter (security 17). Unknown and known devices count apart, so that an attacker
 * cannot lock the owner out. All known devices share one counter, so that more stolen device tokens give no
 * more attempts. `target`: the account id for `signed-in`, else the email key. The key is a keyed hash, so
 * that a row names no user. It needs no lookup, so an address without an account locks in the same way.
 */
export const lockoutKey = (
  deps: { readonly secrets: SecretRing },
  target: string,
  lockout: Lockout,
): Promise<string> => keyedHash(deps.secrets.current, "lock-key", `${lockout}\n${target}`);

/**
 * The id that stands for an address without an account in the audit log, made of its lockout key: a UUID of version 8.
 * It looks like the id of a deleted account.
 */
export function targetIdOf(lockoutKey: string): string {
  const hex = [...(fromBase64url(lockoutKey) ?? []).slice(0, 16)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

export type LockoutKeyDeps = { readonly secrets: SecretRing };

/** The keys of all lockouts of an account, in the order of `LOCKOUTS`. A password reset or an admin clears them. */
export function accountLockouts(
  deps: LockoutKeyDeps,
  account: { readonly id: string; readonly email: string },
): Promise<string[]> {
  const emailKey = storedAddressKey(account.email);
  return Promise.all(
    LOCKOUTS.map((lockout) => lockoutKey(deps, lockout === "signed-in" ? account.id : emailKey, lockout)),
  );
}
