import { accountErrors } from "../../accounts/errors.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { ActivateUserFailure } from "./activate-user.ts";
import type { DeactivateUserFailure } from "./deactivate-user.ts";
import type { DeleteUserFailure } from "./delete-user.ts";
import type { InvitationFailure } from "./invite-user.ts";
import type { SendPasswordResetFailure } from "./send-password-reset.ts";
import type { UpdateUserFailure } from "./update-user.ts";

export type UserFailure =
  | ActivateUserFailure
  | DeactivateUserFailure
  | DeleteUserFailure
  | UpdateUserFailure
  | InvitationFailure
  | SendPasswordResetFailure;

export const userErrors = {
  no_such_user: "not_found",
  not_manageable: "forbidden",
  last_superuser: "last_admin",
  still_active: "user_still_active",
  changed_meanwhile: "conflict",
  deactivated: "conflict",
  address_taken: "conflict",
  send_cap: "rate_limited",
  username_taken: accountErrors.username_taken,
  field_required: accountErrors.field_required,
} as const satisfies Record<UserFailure["reason"], ErrorCode>;

/** Where the code's own sentence would leave an admin guessing. */
export const userErrorMessages: Partial<Record<UserFailure["reason"], string>> = {
  deactivated: "This user is deactivated. Please activate them first.",
  address_taken: "Somebody has an account with this address.",
};
