import type { ErrorCode } from "../../../core/error-codes.ts";
import type { ResetFailure } from "./reset-password.ts";

export const passwordResetErrors = {
  email_token_invalid: "token_invalid",
  password_missing: "validation_failed",
  password_refused: "validation_failed",
} as const satisfies Record<ResetFailure["reason"], ErrorCode>;
