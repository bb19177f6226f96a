import { type AccountLocksDeps, accountLocks } from "../account-lock/lock-key.ts";
import type { Account } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type DeleteUserDeps = ReachDeps &
  AccountLocksDeps & {
    readonly clock: Clock;
    readonly users: {
      delete(
        draft: Act & {
          target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
          lockKeys: readonly string[];
          audit: AuditDraft;
          now: number;
        },
      ): Promise<"done" | "changed_meanwhile">;
    };
    readonly sweepAvatars: () => Promise<void>;
    readonly defer: (work: () => Promise<unknown>) => void;
  };

export type DeleteUserFailure = ReachFailure | { readonly reason: "still_active" | "changed_meanwhile" };

/**
 * Deletes a deactivated account, and everything that is its own: sessions, links, codes, messages and
 * picture. What the audit trail holds stays under the id, and names nobody.
 */
export async function deleteUser(
  deps: DeleteUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, DeleteUserFailure>> {
  const { actor, id, caller } = input;
  const found = await reach(deps, actor, "users:delete", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active") return err({ reason: "still_active" });
  const now = deps.clock.now();
  const audit = draftAuditEvent(deps, { type: "account_deleted" }, caller, actorIdOf(actor));
  const lockKeys = await accountLocks(deps, target);
  const outcome = await deps.users.delete({ actor, target, lockKeys, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.defer(deps.sweepAvatars);
  return ok(undefined);
}
