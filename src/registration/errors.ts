import type { ErrorCode } from "../core/error-codes.ts";
import type { RegistrationFailure } from "./register-account.ts";

export const registrationErrors = {
  sign_up_closed: "sign_up_closed",
  domain_not_allowed: "domain_not_allowed",
  disposable_address: "disposable_address",
  address_undeliverable: "address_undeliverable",
  profile_incomplete: "validation_failed",
  answers_refused: "validation_failed",
  password_refused: "validation_failed",
  username_taken: "username_taken",
  captcha_required: "captcha_required",
  captcha_failed: "captcha_failed",
  unavailable: "unavailable",
  rate_limited: "rate_limited",
} as const satisfies Record<RegistrationFailure["reason"], ErrorCode>;
