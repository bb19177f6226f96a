import type { Account, ProfileChange } from "../../accounts/account.ts";
import { type ProfileFailure, type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import type { Caller } from "../../core/caller.ts";
import type { Result } from "../../core/result.ts";
import type { Actor } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type UpdateUserDeps = FindManageableUserDeps & UpdateProfileDeps;

export type UpdateUserFailure = FindManageableUserFailure | ProfileFailure;

type Edit = {
  readonly actor: Actor;
  readonly id: string;
  readonly change: ProfileChange;
  readonly caller: Caller;
};

/** Changes somebody's profile fields, under the rules that they have themselves. */
export async function updateUser(
  deps: UpdateUserDeps,
  input: Edit,
): Promise<Result<Account, UpdateUserFailure>> {
  const { actor, id, change, caller } = input;
  const found = await findManageableUser(deps, actor, "users:edit", id);
  if (!found.ok) return found;
  return updateProfile(deps, { account: found.value.account, actor, change, caller });
}
