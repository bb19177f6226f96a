import type { FailureCode } from "../kernel/failure-codes.ts";
import type { ResetFailure } from "./reset-password.ts";

export const resetFailures = {
  link_dead: "token_invalid",
  password_refused: "validation_failed",
} as const satisfies Record<ResetFailure["reason"], FailureCode>;
