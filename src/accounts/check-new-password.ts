import type { BreachedPasswords } from "./breached-passwords.ts";
import {
  judgePassword,
  type PasswordContext,
  type PasswordProblem,
  type ServiceNames,
} from "./password-policy.ts";

export type CheckNewPasswordDeps = {
  /** The list of common passwords. Throws `Unavailable`; without the list no password can be chosen. */
  readonly commonPasswords: () => Promise<ReadonlySet<string>>;
  readonly breachedPasswords: BreachedPasswords;
  readonly settings: { readonly brand: ServiceNames; readonly passwordMinLength: number };
};

/** Why a new password is refused, or null. Not for passwords at sign-in. */
export async function checkNewPassword(
  deps: CheckNewPasswordDeps,
  password: string,
  context: PasswordContext,
): Promise<PasswordProblem | null> {
  const { brand, passwordMinLength: minLength } = deps.settings;
  const rules = { commonPasswords: await deps.commonPasswords(), minLength };
  const problem = judgePassword(password, context, brand, rules);
  if (problem) return problem;
  return (await deps.breachedPasswords.check(password)) === "breached" ? "breached" : null;
}
