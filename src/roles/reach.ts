import type { Account } from "../accounts/account.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { Actor } from "./act.ts";
import { mayDoTo, type Permission } from "./permissions.ts";

/** Somebody whom an admin looks at. `hasPassword`: an invitation that waits has none. */
export type Target = { readonly account: Account; readonly hasPassword: boolean };

export type ReachDeps = { readonly users: { find(id: string): Promise<Target | null> } };

export type ReachFailure = { readonly reason: "no_such_user" | "out_of_reach" };

/** The account of that id, if that person may do this to it. */
export async function reach(
  deps: ReachDeps,
  actor: Actor,
  permission: Permission,
  id: string,
): Promise<Result<Target, ReachFailure>> {
  const target = await deps.users.find(id);
  if (!target) return err({ reason: "no_such_user" });
  if (actor !== "operator" && !mayDoTo(actor, permission, target.account))
    return err({ reason: "out_of_reach" });
  return ok(target);
}
