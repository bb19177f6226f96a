import type { ErrorCode } from "../../core/error-codes.ts";
import type { VerifySecondFactorFailure } from "./verify-second-factor.ts";

export const secondFactorErrors = {
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
  audience_refused: "validation_failed",
} as const satisfies Record<VerifySecondFactorFailure["reason"], ErrorCode>;
