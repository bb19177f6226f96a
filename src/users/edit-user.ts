import type { Account, ProfileChange } from "../accounts/account.ts";
import { type ProfileFailure, type UpdateProfileDeps, updateProfile } from "../accounts/update-profile.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Result } from "../kernel/result.ts";
import type { Actor } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type EditUserDeps = ReachDeps & UpdateProfileDeps;

export type EditUserFailure = ReachFailure | ProfileFailure;

type Edit = {
  readonly actor: Actor;
  readonly id: string;
  readonly change: ProfileChange;
  readonly caller: Caller;
};

/** Changes somebody's profile fields, under the rules that they have themselves. */
export async function editUser(deps: EditUserDeps, input: Edit): Promise<Result<Account, EditUserFailure>> {
  const { actor, id, change, caller } = input;
  const found = await reach(deps, actor, "users:edit", id);
  if (!found.ok) return found;
  return updateProfile(deps, { account: found.value.account, actor, change, caller });
}
