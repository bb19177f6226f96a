import { type AccountLockoutsDeps, accountLockouts } from "../../authentication/lockout/lockout-keys.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type UnlockUserDeps = FindManageableUserDeps &
  AccountLockoutsDeps & {
    readonly clock: Clock;
    readonly users: {
      unlock(
        draft: AdminAction & { lockoutKeys: readonly string[]; audit: NewAuditEvent },
      ): Promise<"done" | "changed_meanwhile">;
    };
  };

type Failure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Forgets the failed attempts at an account, so that it is not locked any more (security 17). */
export async function unlockUser(
  deps: UnlockUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, Failure>> {
  const { actor, id, caller } = input;
  const found = await findManageableUser(deps, actor, "users:unlock", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  const lockoutKeys = await accountLockouts(deps, target);
  const audit = newAuditEvent(deps, { type: "account_unlocked" }, caller, actorIdOf(actor));
  const outcome = await deps.users.unlock({ actor, target, lockoutKeys, audit });
  return outcome === "done" ? ok(undefined) : err({ reason: outcome });
}
