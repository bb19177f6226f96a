import { actorIdOf } from "../../admin/authorization/actor.ts";
import type { AdminActionInput } from "../../admin/authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../../admin/authorization/find-manageable-user.ts";
import type { Result } from "../../core/result.ts";
import {
  type CancelFactorRemovalDeps,
  type CancelFactorRemovalFailure,
  cancelFactorRemoval,
} from "./cancel-factor-removal.ts";

/** An admin cancels the removal of a user's factors. */
export async function cancelUserFactorRemoval(
  deps: CancelFactorRemovalDeps & FindManageableUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, CancelFactorRemovalFailure | FindManageableUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:remove-factors", id);
  if (!found.ok) return found;
  const removal = { accountId: id };
  return cancelFactorRemoval(deps, { removal, by: "admin", actorId: actorIdOf(actor), caller });
}
