import type { Account } from "../accounts/account.ts";
import type { SecondFactorPolicy } from "./second-factor/policy.ts";
import type { EnabledFactor, SecondFactor } from "./second-factor/second-factor.ts";

export const isSecondFactorRequired = (
  policy: SecondFactorPolicy,
  facts: { readonly secondFactorEnabled: boolean; readonly deviceIsKnown: boolean },
): boolean =>
  policy === "required" ||
  (policy !== "off" && facts.secondFactorEnabled) ||
  (policy === "new_device" && !facts.deviceIsKnown);

/**
 * The factor that a sign-in asks for: the first one that the user has enabled, or else the first one that needs no
 * setup, because the policy requires a factor, or the user has enabled one that this release does not have.
 */
export const chooseSecondFactor = (
  factors: readonly SecondFactor[],
  enabled: readonly EnabledFactor[],
): SecondFactor | undefined =>
  factors.find(({ kind }) => enabled.some((factor) => factor.kind === kind)) ??
  factors.find(({ needsNoSetup }) => needsNoSetup);

/** Why an account may not sign in, or null. Only a caller with a verified first factor may see it. */
export function accountNotAllowedReason(
  account: Account,
): "account_deactivated" | "email_not_verified" | null {
  if (account.status === "deactivated") return "account_deactivated";
  return account.emailVerifiedAt === null && !account.emailImplied ? "email_not_verified" : null;
}
