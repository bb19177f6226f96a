import type { Account } from "../../accounts/account.ts";
import type { PasswordVerdict } from "../../core/crypto/password-hash.ts";

type LoginRefusal = "no_such_account" | "wrong_password" | "email_not_verified" | "account_deactivated";

/** Why a login ends here, or null. The account's state counts only after a right password. */
export function judgeLogin(account: Account | null, verdict: PasswordVerdict): LoginRefusal | null {
  if (!account) return "no_such_account";
  if (verdict === "mismatch") return "wrong_password";
  if (account.status === "deactivated") return "account_deactivated";
  if (account.emailVerifiedAt === null) return "email_not_verified";
  return null;
}
