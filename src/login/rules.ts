import type { Account } from "../accounts/account.ts";
import type { PasswordVerdict } from "../kernel/crypto/password-hash.ts";

type LoginRefusal = "no_such_account" | "wrong_password" | "email_not_verified" | "account_deactivated";

/** Why a login ends here, or null. The account's state counts only after a right password. */
export function judgeLogin(account: Account | null, verdict: PasswordVerdict): LoginRefusal | null {
  if (!account) return "no_such_account";
  if (verdict === "mismatch") return "wrong_password";
  if (account.status === "deactivated") return "account_deactivated";
  if (account.emailVerifiedAt === null) return "email_not_verified";
  return null;
}

/** When this service asks for a second step; a person may always choose it for themselves. */
export type SecondStepPolicy = "off" | "new_device" | "always";

export const isSecondStepDue = (
  policy: SecondStepPolicy,
  facts: { readonly chosen: boolean; readonly deviceIsKnown: boolean },
): boolean => policy === "always" || facts.chosen || (policy === "new_device" && !facts.deviceIsKnown);
