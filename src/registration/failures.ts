import type { FailureCode } from "../kernel/failure-codes.ts";
import type { RegistrationFailure } from "./register-account.ts";

export const registrationFailures = {
  profile_incomplete: "validation_failed",
  password_refused: "validation_failed",
  username_taken: "username_taken",
} as const satisfies Record<RegistrationFailure["reason"], FailureCode>;
