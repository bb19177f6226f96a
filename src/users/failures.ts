import { accountFailures } from "../accounts/failures.ts";
import type { FailureCode } from "../kernel/failure-codes.ts";
import type { ActivateUserFailure } from "./activate-user.ts";
import type { DeactivateUserFailure } from "./deactivate-user.ts";
import type { DeleteUserFailure } from "./delete-user.ts";
import type { EditUserFailure } from "./edit-user.ts";
import type { InvitationFailure } from "./invite-user.ts";
import type { StartUserResetFailure } from "./start-user-reset.ts";

export type UserFailure =
  | ActivateUserFailure
  | DeactivateUserFailure
  | DeleteUserFailure
  | EditUserFailure
  | InvitationFailure
  | StartUserResetFailure;

export const userFailures = {
  no_such_user: "not_found",
  out_of_reach: "forbidden",
  last_superuser: "last_admin",
  still_active: "user_still_active",
  changed_meanwhile: "conflict",
  deactivated: "conflict",
  address_taken: "conflict",
  send_cap: "rate_limited",
  username_taken: accountFailures.username_taken,
  field_required: accountFailures.field_required,
} as const satisfies Record<UserFailure["reason"], FailureCode>;

/** Where the code's own sentence would leave an admin guessing. */
export const userFailureMessages: Partial<Record<UserFailure["reason"], string>> = {
  deactivated: "This user is deactivated. Please activate them first.",
  address_taken: "Somebody has an account with this address.",
};
