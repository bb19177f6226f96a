import type { ErrorCode } from "../../core/error-codes.ts";
import type { ReauthenticationFailure } from "./reauthenticate.ts";

export const reauthenticationErrors = {
  password_missing: "validation_failed",
  refresh_token_missing: "validation_failed",
  wrong_password: "invalid_credentials",
  reauthentication_expired: "refresh_invalid",
  locked: "too_many_attempts",
} as const satisfies Record<ReauthenticationFailure["reason"], ErrorCode>;
