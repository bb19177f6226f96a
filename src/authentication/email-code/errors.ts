import type { ErrorCode } from "../../core/error-codes.ts";
import type { EmailCodeFailure } from "./verify-email-code.ts";

/** A wrong code, an expired one and one of another challenge are one failure. */
export const emailCodeErrors = {
  code_incorrect: "code_invalid",
  changed_meanwhile: "code_invalid",
  account_deactivated: "account_deactivated",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
  rate_limited: "rate_limited",
} as const satisfies Record<EmailCodeFailure["reason"], ErrorCode>;
