import type { ErrorCode } from "../../core/error-codes.ts";
import type { RequestPhoneVerificationFailure } from "./request-phone-verification.ts";
import type { VerifyPhoneFailure } from "./verify-phone.ts";

export const phoneErrors = {
  // As with captchas: what a deployment does not have is not there, and asking again does not help.
  texts_off: "not_found",
  country_refused: "validation_failed",
  // Deactivated since its session was looked up.
  account_not_active: "unauthorized",
  send_cap: "rate_limited",
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
} as const satisfies Record<(RequestPhoneVerificationFailure | VerifyPhoneFailure)["reason"], ErrorCode>;
