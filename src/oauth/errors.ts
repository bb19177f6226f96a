import type { SignInFailure } from "../authentication/sign-in-outcome.ts";
import type { ErrorCode } from "../core/error-codes.ts";

/** Why the exchange of a code fails. */
export type ExchangeCodeFailure =
  | SignInFailure
  | { readonly reason: "authorization_code_invalid" | "email_not_verified" | "account_deactivated" };

export const exchangeCodeErrors = {
  authorization_code_invalid: "code_invalid",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  changed_meanwhile: "conflict",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
  rate_limited: "rate_limited",
} as const satisfies Record<ExchangeCodeFailure["reason"], ErrorCode>;
