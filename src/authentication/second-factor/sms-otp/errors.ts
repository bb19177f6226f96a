import type { ErrorCode } from "../../../core/error-codes.ts";
import type { EnableSmsOtpFailure } from "./enable-sms-otp.ts";

export const smsOtpErrors = {
  texts_off: "not_found",
  phone_missing: "conflict",
  reauthentication_required: "reauthentication_required",
} as const satisfies Record<EnableSmsOtpFailure["reason"], ErrorCode>;
