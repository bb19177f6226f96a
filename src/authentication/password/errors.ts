import type { ErrorCode } from "../../core/error-codes.ts";
import type { LoginFailure } from "./start-login.ts";

/** The response and the log have only the code, so that they do not reveal whether an account exists. */
export const passwordErrors = {
  no_such_account: "invalid_credentials",
  wrong_password: "invalid_credentials",
  changed_meanwhile: "invalid_credentials",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  captcha_required: "captcha_required",
  captcha_failed: "captcha_failed",
  captcha_unavailable: "unavailable",
  locked: "too_many_attempts",
  reset_required: "too_many_attempts",
  send_cap: "rate_limited",
  rate_limited: "rate_limited",
} as const satisfies Record<LoginFailure["reason"], ErrorCode>;
