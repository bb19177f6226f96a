import type { ErrorCode } from "../../core/error-codes.ts";
import type { FactorFailure } from "./reauthenticate-by-factor.ts";
import type { SessionReauthenticationFailure } from "./reauthenticate-session.ts";
import type { SendReauthenticationCodeFailure } from "./send-reauthentication-code.ts";

type Failure = SessionReauthenticationFailure | FactorFailure | SendReauthenticationCodeFailure;

export const reauthenticationErrors = {
  password_missing: "validation_failed",
  wrong_password: "invalid_credentials",
  code_incorrect: "code_invalid",
  code_not_accepted: "conflict",
  reauthentication_expired: "refresh_invalid",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
} as const satisfies Record<Failure["reason"], ErrorCode>;
