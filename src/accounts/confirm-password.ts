import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { Account } from "./account.ts";

export type ConfirmPasswordDeps = {
  readonly accounts: {
    findSignInById(id: string): Promise<{ account: Account; passwordHash: string | null } | null>;
  };
  readonly hasher: Pick<PasswordHasher, "verify">;
};

/**
 * Asks for the password again before something that a stolen session must not do (ASVS 6.2.3). The
 * hash that it was checked against comes back, for the change to hang on.
 */
export async function confirmPassword(
  deps: ConfirmPasswordDeps,
  accountId: string,
  password: string,
): Promise<Result<{ readonly checkedHash: string }, "wrong_password">> {
  const found = await deps.accounts.findSignInById(accountId);
  const verdict = await deps.hasher.verify(found?.passwordHash ?? null, password);
  if (verdict === "mismatch" || !found?.passwordHash) return err("wrong_password");
  return ok({ checkedHash: found.passwordHash });
}
