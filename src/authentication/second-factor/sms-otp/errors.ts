import type { ErrorCode } from "../../../core/error-codes.ts";
import type { SwitchSmsOtpFailure } from "./sms-otp-switch.ts";

export const smsOtpErrors = {
  texts_off: "not_found",
  phone_missing: "conflict",
  reauthentication_required: "reauthentication_required",
  last_factor: "conflict",
} as const satisfies Record<SwitchSmsOtpFailure["reason"], ErrorCode>;
