import type { Account } from "../accounts/account.ts";

/** When this service asks for a second step; a person may always choose it for themselves. */
export type SecondFactorPolicy = "off" | "new_device" | "always";

export const isSecondFactorRequired = (
  policy: SecondFactorPolicy,
  facts: { readonly chosen: boolean; readonly deviceIsKnown: boolean },
): boolean => policy === "always" || facts.chosen || (policy === "new_device" && !facts.deviceIsKnown);

/** Why the owner of an account may not sign in to it, as after a right password. */
export function accountNotAllowedReason(
  account: Account,
): "account_deactivated" | "email_not_verified" | null {
  if (account.status === "deactivated") return "account_deactivated";
  return account.emailVerifiedAt === null ? "email_not_verified" : null;
}
