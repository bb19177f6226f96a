import type { ErrorCode } from "../../core/error-codes.ts";
import type { LoginFailure } from "./login-failure.ts";

/** What the wire says. The log may know more; the caller may not. */
export const passwordErrors = {
  no_such_account: "invalid_credentials",
  wrong_password: "invalid_credentials",
  changed_meanwhile: "invalid_credentials",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  captcha_required: "captcha_required",
  captcha_failed: "captcha_failed",
  captcha_unavailable: "unavailable",
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
} as const satisfies Record<LoginFailure["reason"], ErrorCode>;
