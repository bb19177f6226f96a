import type { ErrorCode } from "../../core/error-codes.ts";
import type { VerifySecondFactorFailure } from "./verify-second-factor.ts";

export const secondFactorErrors = {
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
} as const satisfies Record<VerifySecondFactorFailure["reason"], ErrorCode>;
