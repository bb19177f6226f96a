import type { Account } from "../accounts/account.ts";

/** Why an account may not sign in, or null. Only a caller with a verified first factor may see it. */
export function accountNotAllowedReason(
  account: Account,
): "account_deactivated" | "email_not_verified" | null {
  if (account.status === "deactivated") return "account_deactivated";
  return account.emailVerifiedAt === null && !account.emailImplied ? "email_not_verified" : null;
}
