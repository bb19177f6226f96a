import { accountLockouts, type LockoutKeyDeps } from "../../authentication/lockout/lockout-keys.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { UserStore } from "./store.ts";

export type UnlockUserDeps = FindManageableUserDeps &
  LockoutKeyDeps & {
    readonly clock: Clock;
    readonly users: Pick<UserStore, "unlock">;
  };

type Failure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Clears an account's failed attempts, which ends its lockouts (security 17). */
export async function unlockUser(
  deps: UnlockUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, Failure>> {
  const found = await findManageableUser(deps, actor, "users:unlock", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  const lockoutKeys = await accountLockouts(deps, target);
  const audit = newAuditEvent(deps, { type: "account_unlocked" }, caller, actorIdOf(actor));
  const outcome = await deps.users.unlock({ actor, target, lockoutKeys, audit });
  return outcome === "done" ? ok(undefined) : err({ reason: outcome });
}
