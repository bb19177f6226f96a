import type { ProfileChange } from "../../accounts/account.ts";
import type { MetadataChange } from "../../accounts/metadata.ts";
import { type ProfileFailure, type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import { canManage } from "../authorization/permissions.ts";
import { detailsFor, type UserDetails } from "./read-user.ts";

export type UpdateUserDeps = FindManageableUserDeps & UpdateProfileDeps;

export type UpdateUserFailure = FindManageableUserFailure | ProfileFailure;

type Input = AdminActionInput & {
  readonly change: ProfileChange & MetadataChange;
  /** The Worker that makes the change over RPC. */
  readonly worker?: string;
};

const changesMetadata = ({ publicMetadata, privateMetadata }: MetadataChange): boolean =>
  publicMetadata !== undefined || privateMetadata !== undefined;

/** Changes a user's profile, by the rules of `PATCH /me`, and their metadata. Of two writes to a field the last one wins. */
export async function updateUser(
  deps: UpdateUserDeps,
  { actor, id, change, caller, worker }: Input,
): Promise<Result<UserDetails, UpdateUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:edit", id);
  if (!found.ok) return found;
  const { account, privateMetadata } = found.value;
  if (changesMetadata(change) && !canManage(actor, "users:metadata", account)) {
    return err({ reason: "not_manageable" });
  }
  const result = await updateProfile(deps, { account, actor, change, caller, worker });
  if (!result.ok) return result;
  const stored = change.privateMetadata === undefined ? privateMetadata : change.privateMetadata;
  return ok(detailsFor(actor, { account: result.value, privateMetadata: stored }));
}
