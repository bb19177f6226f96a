import type { ErrorCode } from "../../core/error-codes.ts";
import type { EnableEmailOtpFailure } from "./email-otp/enable-email-otp.ts";
import type { CreateRecoveryCodesFailure } from "./recovery-codes/create-recovery-codes.ts";
import type { RemoveFactorFailure } from "./remove-factor.ts";
import type { SetPasskeyAsSecondFactorFailure } from "./set-passkey-as-second-factor.ts";
import type { StartTotpEnrolmentFailure } from "./totp/start-totp-enrolment.ts";
import type { VerifyTotpEnrolmentFailure } from "./totp/verify-totp-enrolment.ts";

type Reason = (
  | SetPasskeyAsSecondFactorFailure
  | CreateRecoveryCodesFailure
  | EnableEmailOtpFailure
  | RemoveFactorFailure
  | StartTotpEnrolmentFailure
  | VerifyTotpEnrolmentFailure
)["reason"];

export const factorErrors = {
  kind_not_allowed: "forbidden",
  reauthentication_required: "reauthentication_required",
  token_invalid: "token_invalid",
  code_incorrect: "code_invalid",
  too_many_factors: "conflict",
  no_second_factor: "conflict",
  not_found: "not_found",
  last_second_factor: "conflict",
  last_sign_in_method: "last_sign_in_method",
} as const satisfies Record<Reason, ErrorCode>;

/** In place of the message of `conflict`. */
export const CONFLICTS: { readonly [R in Reason]?: string } = {
  too_many_factors: "The account has as many authenticators as one account may have. Remove one first.",
  no_second_factor: "The account has no second factor that recovery codes could stand in for.",
  last_second_factor: "The account must have a second factor. Add another one first.",
};
