import type { FailureCode } from "../kernel/failure-codes.ts";
import type { RegistrationFailure } from "./register-account.ts";

export const registrationFailures = {
  profile_incomplete: "validation_failed",
  password_refused: "validation_failed",
  username_taken: "username_taken",
  captcha_required: "captcha_required",
  captcha_failed: "captcha_failed",
  unavailable: "unavailable",
} as const satisfies Record<RegistrationFailure["reason"], FailureCode>;
