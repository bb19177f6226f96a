import type { Account } from "../../accounts/account.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Actor } from "../authorization/actor.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

/** Reads one user that the actor may see. */
export async function readUser(
  deps: FindManageableUserDeps,
  input: { readonly actor: Actor; readonly id: string },
): Promise<Result<Account, FindManageableUserFailure>> {
  const found = await findManageableUser(deps, input.actor, "users:read", input.id);
  return found.ok ? ok(found.value.account) : found;
}
