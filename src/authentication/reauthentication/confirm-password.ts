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
 * Asks for the password again before something that a stolen session must not do (ASVS 6.2.3). The
 * hash that it was checked against comes back, for the change to hang on. Guesses are counted like
 * those of a login, but apart from strangers', who must not lock out whoever is signed in.
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
