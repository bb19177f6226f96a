import type { Account } from "../../accounts/account.ts";
import type { Clock } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { type Reservation, secondsUntil } from "../lockout/rules.ts";

export type ConfirmPasswordDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly accounts: {
    beginConfirmation(
      id: string,
      lockoutKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; passwordHash: string | null }>;
  };
  readonly logins: { release(lockoutKey: string): Promise<void> };
  readonly hasher: Pick<PasswordHasher, "verify">;
};

/** `retryAfter` in seconds. */
export type ConfirmationFailure =
  | { readonly reason: "wrong_password" }
  | { readonly reason: "locked"; readonly retryAfter: number };

/**
 * Verifies the password before a change that a stolen session must not make (ASVS 6.2.3). It returns the
 * hash that the password was verified against, as a condition for the change. Wrong passwords count for the
 * lockout `signed-in` of the account, apart from failed sign-ins, so that an attacker without a session
 * cannot lock out a signed-in user.
 */
export async function confirmPassword(
  deps: ConfirmPasswordDeps,
  account: Account,
  password: string,
): Promise<Result<{ readonly checkedHash: string }, ConfirmationFailure>> {
  const now = deps.clock.now();
  const key = await lockoutKey(deps, account.id, "signed-in");
  const { reservation, passwordHash } = await deps.accounts.beginConfirmation(account.id, key, now);
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, now) });
  }
  const verdict = await deps.hasher.verify(passwordHash, password);
  if (verdict === "mismatch" || passwordHash === null) return err({ reason: "wrong_password" });
  await deps.logins.release(key);
  return ok({ checkedHash: passwordHash });
}
