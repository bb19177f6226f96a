import type { Account } from "../../accounts/account.ts";
import type { PasswordVerdict } from "../../core/crypto/password-hash.ts";
import { accountNotAllowedReason } from "../rules.ts";

export type LoginRefusal =
  | "no_such_account"
  | "wrong_password"
  | "email_not_verified"
  | "account_deactivated";

/** Why a login is refused, or null. The state of the account counts only after a correct password. */
export function judgeLogin(account: Account | null, verdict: PasswordVerdict): LoginRefusal | null {
  if (!account) return "no_such_account";
  return verdict === "mismatch" ? "wrong_password" : accountNotAllowedReason(account);
}
