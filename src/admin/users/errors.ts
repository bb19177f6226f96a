import { accountErrors } from "../../accounts/errors.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { ActivateUserFailure } from "./activate-user.ts";
import type { CancelUserDeletionFailure } from "./cancel-user-deletion.ts";
import type { DeactivateUserFailure } from "./deactivate-user.ts";
import type { DeleteUserFailure } from "./delete-user.ts";
import type { InviteUserFailure } from "./invite-user.ts";
import type { SendPasswordResetFailure } from "./send-password-reset.ts";
import type { SetRoleFailure } from "./set-role.ts";
import type { UpdateUserFailure } from "./update-user.ts";

export type UserFailure =
  | ActivateUserFailure
  | DeactivateUserFailure
  | DeleteUserFailure
  | CancelUserDeletionFailure
  | UpdateUserFailure
  | InviteUserFailure
  | SendPasswordResetFailure
  | SetRoleFailure;

export const userErrors = {
  no_such_user: "not_found",
  not_manageable: "forbidden",
  last_superuser: "last_admin",
  not_verified: "user_not_verified",
  still_active: "user_still_active",
  changed_meanwhile: "conflict",
  deletion_not_pending: "conflict",
  deactivated: "conflict",
  sign_up_closed: "sign_up_closed",
  address_undeliverable: "address_undeliverable",
  passwords_off: "not_found",
  address_taken: "conflict",
  send_cap: "rate_limited",
  username_taken: accountErrors.username_taken,
  field_required: accountErrors.field_required,
} as const satisfies Record<UserFailure["reason"], ErrorCode>;

/** Messages that are more specific than the code's default message. */
export const userErrorMessages: Partial<Record<UserFailure["reason"], string>> = {
  deactivated: "This user is deactivated. Please activate them first.",
  sign_up_closed: "SIGN_UP is closed: this service accepts no new accounts.",
  address_taken: "An account with this address already exists.",
};
