import type { FailureCode } from "../kernel/failure-codes.ts";
import type { SignInFailure } from "../sign-in/outcome.ts";

/** Why a code gives nothing. */
export type ExchangeFailure =
  | SignInFailure
  | { readonly reason: "code_dead" | "email_not_verified" | "account_deactivated" };

export const exchangeFailures = {
  code_dead: "code_invalid",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  changed_meanwhile: "conflict",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
} as const satisfies Record<ExchangeFailure["reason"], FailureCode>;
