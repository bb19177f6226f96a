import type { ErrorCode } from "../../core/error-codes.ts";
import type { RemovePhoneFailure } from "./remove-phone.ts";
import type { RequestPhoneVerificationFailure } from "./request-phone-verification.ts";
import type { VerifyPhoneFailure } from "./verify-phone.ts";

type Reason = (RequestPhoneVerificationFailure | RemovePhoneFailure | VerifyPhoneFailure)["reason"];

export const phoneErrors = {
  // As with captchas: a feature that the deployment lacks is `not_found`, since a retry cannot succeed.
  texts_off: "not_found",
  country_refused: "validation_failed",
  // The account was deactivated after the session check.
  account_not_active: "unauthorized",
  send_cap: "rate_limited",
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
  reauthentication_required: "reauthentication_required",
} as const satisfies Record<Reason, ErrorCode>;
