import type { Account, ProfileChange } from "../../accounts/account.ts";
import { type ProfileFailure, type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import type { Result } from "../../core/result.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type UpdateUserDeps = FindManageableUserDeps & UpdateProfileDeps;

export type UpdateUserFailure = FindManageableUserFailure | ProfileFailure;

type Input = AdminActionInput & { readonly change: ProfileChange };

/** Changes a user's profile. The rules are those of `PATCH /me`. */
export async function updateUser(
  deps: UpdateUserDeps,
  { actor, id, change, caller }: Input,
): Promise<Result<Account, UpdateUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:edit", id);
  if (!found.ok) return found;
  return updateProfile(deps, { account: found.value.account, actor, change, caller });
}
