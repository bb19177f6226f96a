import type { ErrorCode } from "../core/error-codes.ts";
import type { ChangePasswordFailure } from "./change-password.ts";
import type { DeactivationFailure } from "./deactivate-account.ts";
import type { RequestEmailChangeFailure } from "./request-email-change.ts";
import type { ProfileFailure } from "./update-profile.ts";

/** Replaces the default message of `invalid_credentials` where only a password was sent. */
export const WRONG_PASSWORD = "The password is not correct.";

type Reason =
  | RequestEmailChangeFailure["reason"]
  | ChangePasswordFailure["reason"]
  | DeactivationFailure["reason"]
  | ProfileFailure["reason"];

export const accountErrors = {
  wrong_password: "invalid_credentials",
  password_refused: "validation_failed",
  locked: "too_many_attempts",
  reauthentication_required: "reauthentication_required",
  factor_removal_pending: "factor_removal_pending",
  address_undeliverable: "address_undeliverable",
  send_cap: "rate_limited",
  last_superuser: "last_admin",
  username_taken: "username_taken",
  changed_meanwhile: "conflict",
  field_required: "validation_failed",
} as const satisfies Record<Reason, ErrorCode>;
