import { judgePassword, type PasswordContext, type PasswordProblem } from "./password-policy.ts";

export type CheckNewPasswordDeps = {
  /** The commonest passwords. Throws `Unavailable`: without it nobody chooses one. */
  readonly commonPasswords: () => Promise<ReadonlySet<string>>;
  readonly breachedPasswords: {
    /** `unknown` when the check is off or its service does not answer: it never blocks anybody. */
    check(password: string): Promise<"breached" | "not_found" | "unknown">;
  };
};

/** Why a password may not be chosen, or null. Asked wherever one is chosen, never where one is given. */
export async function checkNewPassword(
  deps: CheckNewPasswordDeps,
  password: string,
  context: PasswordContext,
): Promise<PasswordProblem | null> {
  const problem = judgePassword(password, context, await deps.commonPasswords());
  if (problem) return problem;
  return (await deps.breachedPasswords.check(password)) === "breached" ? "breached" : null;
}
