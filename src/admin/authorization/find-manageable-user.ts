import type { Account } from "../../accounts/account.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Actor } from "./admin-action.ts";
import { canManage, type Permission } from "./permissions.ts";

/** Somebody whom an admin looks at. `hasPassword`: an invitation that waits has none. */
export type Target = { readonly account: Account; readonly hasPassword: boolean };

export type FindManageableUserDeps = { readonly users: { find(id: string): Promise<Target | null> } };

export type FindManageableUserFailure = { readonly reason: "no_such_user" | "not_manageable" };

/** The account of that id, if that person may do this to it. */
export async function findManageableUser(
  deps: FindManageableUserDeps,
  actor: Actor,
  permission: Permission,
  id: string,
): Promise<Result<Target, FindManageableUserFailure>> {
  const target = await deps.users.find(id);
  if (!target) return err({ reason: "no_such_user" });
  if (actor !== "operator" && !canManage(actor, permission, target.account))
    return err({ reason: "not_manageable" });
  return ok(target);
}
