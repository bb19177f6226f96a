import type { Account } from "../../accounts/account.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Actor } from "./actor.ts";
import { canManage, type Permission } from "./permissions.ts";

/** The target of an admin action. `hasPassword` is false while an invitation is not accepted. */
export type Target = {
  readonly account: Account;
  readonly hasPassword: boolean;
  /** The text of a JSON object that the user must not see. */
  readonly privateMetadata: string | null;
};

export type FindManageableUserDeps = { readonly users: { find(id: string): Promise<Target | null> } };

export type FindManageableUserFailure = { readonly reason: "no_such_user" | "not_manageable" };

/** Finds the account with this id, if the actor's permission covers it. */
export async function findManageableUser(
  deps: FindManageableUserDeps,
  actor: Actor,
  permission: Permission,
  id: string,
): Promise<Result<Target, FindManageableUserFailure>> {
  const target = await deps.users.find(id);
  if (!target) return err({ reason: "no_such_user" });
  if (!canManage(actor, permission, target.account)) return err({ reason: "not_manageable" });
  return ok(target);
}
