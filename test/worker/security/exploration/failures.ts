import { addressKey, type Model } from "./model.ts";
import type { Account } from "./records.ts";

/** Ten failures lock an account. Apart from guesses a sequence stays below that, so that a refusal has another reason. */
const MAX_FAILURES = 8;

/** The outcome of a step that would lock an account, or whose outcome depends on when a lockout ends. */
export const TOO_MANY = "left out: the account is or would be locked";

/** Counts an attempt that must fail, and returns whether the sequence may make it. */
export function mayFail(model: Model, address: string): boolean {
  const key = addressKey(address);
  const failures = (model.failures.get(key) ?? 0) + 1;
  if (failures > MAX_FAILURES) return false;
  model.failures.set(key, failures);
  return true;
}

/** The account was locked. Time ends a lockout, too, which the model does not follow. */
export const lock = (model: Model, { email }: Account): void =>
  void model.failures.set(addressKey(email), Number.POSITIVE_INFINITY);

export const isLocked = (model: Model, { email }: Pick<Account, "email">): boolean =>
  model.failures.get(addressKey(email)) === Number.POSITIVE_INFINITY;

/** A reset or an admin has ended the lockouts of the account. */
export const unlock = (model: Model, { email }: Account): void =>
  void model.failures.delete(addressKey(email));
