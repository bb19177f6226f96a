import type { Account } from "../../accounts/account.ts";
import type { EmailCodeDecision } from "./email-code.ts";

/** The account of the address. */
export type CodeHolder = {
  readonly account: Account;
  /** Whether it has an open invitation, which only its link answers. */
  readonly isInvited: boolean;
};

export type EmailCodeRefusal = "account_deactivated" | "code_incorrect";

/**
 * Decides what a correct code does. It proves the address, so it takes over an unproven registration and claims an account
 * whose address a provider had only implied; neither if the account is invited or has a role above `user` (security 60).
 * `maySignUp`: whether the policy lets the address create an account.
 */
export function judgeEmailCode(
  holder: CodeHolder | null,
  maySignUp: boolean,
): { readonly decision: EmailCodeDecision } | { readonly refusal: EmailCodeRefusal } {
  if (!holder) return maySignUp ? { decision: "create" } : { refusal: "code_incorrect" };
  const { account, isInvited } = holder;
  if (account.status === "deactivated") return { refusal: "account_deactivated" };
  if (account.emailVerifiedAt !== null) return { decision: "sign_in" };
  if (isInvited || account.role !== "user") return { refusal: "code_incorrect" };
  if (account.emailImplied) return { decision: "claim" };
  return maySignUp ? { decision: "take_over" } : { refusal: "code_incorrect" };
}
