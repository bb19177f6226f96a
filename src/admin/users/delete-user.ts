import type { Account } from "../../accounts/account.ts";
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

export type DeleteUserDeps = FindManageableUserDeps &
  AccountLockoutsDeps & {
    readonly clock: Clock;
    readonly users: {
      delete(
        draft: AdminAction & {
          target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
          lockoutKeys: readonly string[];
          audit: NewAuditEvent;
          now: number;
        },
      ): Promise<"done" | "changed_meanwhile">;
    };
    readonly deleteDiscardedAvatars: () => Promise<void>;
    readonly defer: (work: () => Promise<unknown>) => void;
  };

export type DeleteUserFailure =
  | FindManageableUserFailure
  | { readonly reason: "still_active" | "changed_meanwhile" };

/**
 * Deletes a deactivated account, and everything that is its own: sessions, links, codes, messages and
 * picture. What the audit trail holds stays under the id, and names nobody.
 */
export async function deleteUser(
  deps: DeleteUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, DeleteUserFailure>> {
  const { actor, id, caller } = input;
  const found = await findManageableUser(deps, actor, "users:delete", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active") return err({ reason: "still_active" });
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "account_deleted" }, caller, actorIdOf(actor));
  const lockoutKeys = await accountLockouts(deps, target);
  const outcome = await deps.users.delete({ actor, target, lockoutKeys, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.defer(deps.deleteDiscardedAvatars);
  return ok(undefined);
}
