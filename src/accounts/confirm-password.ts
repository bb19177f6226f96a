import { lockKey } from "../account-lock/lock-key.ts";
import { type Reservation, secondsUntil } from "../account-lock/rules.ts";
import type { Clock } from "../kernel/clock.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { Account } from "./account.ts";

export type ConfirmPasswordDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly accounts: {
    beginConfirmation(
      id: string,
      lockKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; passwordHash: string | null }>;
  };
  readonly logins: { release(lockKey: string): Promise<void> };
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
  const key = await lockKey(deps, account.id, "signed-in");
  const { reservation, passwordHash } = await deps.accounts.beginConfirmation(account.id, key, now);
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, now) });
  }
  const verdict = await deps.hasher.verify(passwordHash, password);
  if (verdict === "mismatch" || passwordHash === null) return err({ reason: "wrong_password" });
  await deps.logins.release(key);
  return ok({ checkedHash: passwordHash });
}
