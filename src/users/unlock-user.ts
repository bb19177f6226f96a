import { type AccountLocksDeps, accountLocks } from "../account-lock/lock-key.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type UnlockUserDeps = ReachDeps &
  AccountLocksDeps & {
    readonly clock: Clock;
    readonly users: {
      unlock(
        draft: Act & { lockKeys: readonly string[]; audit: AuditDraft },
      ): Promise<"done" | "changed_meanwhile">;
    };
  };

type Failure = ReachFailure | { readonly reason: "changed_meanwhile" };

/** Forgets the failed attempts at an account, so that it is not locked any more (security 17). */
export async function unlockUser(
  deps: UnlockUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, Failure>> {
  const { actor, id, caller } = input;
  const found = await reach(deps, actor, "users:unlock", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  const lockKeys = await accountLocks(deps, target);
  const audit = draftAuditEvent(deps, { type: "account_unlocked" }, caller, actorIdOf(actor));
  const outcome = await deps.users.unlock({ actor, target, lockKeys, audit });
  return outcome === "done" ? ok(undefined) : err({ reason: outcome });
}
