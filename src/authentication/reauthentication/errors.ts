import type { ErrorCode } from "../../core/error-codes.ts";
import type { SessionReauthenticationFailure } from "./reauthenticate-session.ts";
import type { ReauthenticationCodeFailure } from "./verify-reauthentication-code.ts";

export const reauthenticationErrors = {
  password_missing: "validation_failed",
  refresh_token_missing: "validation_failed",
  wrong_password: "invalid_credentials",
  reauthentication_expired: "refresh_invalid",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
} as const satisfies Record<SessionReauthenticationFailure["reason"], ErrorCode>;

export const reauthenticationCodeErrors = {
  code_incorrect: "code_invalid",
  locked: "too_many_attempts",
} as const satisfies Record<ReauthenticationCodeFailure["reason"], ErrorCode>;
