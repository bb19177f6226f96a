import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { UserStore } from "./store.ts";

export type CancelUserDeletionDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: Pick<UserStore, "cancelDeletion">;
  readonly messages: Outbox;
};

export type CancelUserDeletionFailure =
  | FindManageableUserFailure
  | { readonly reason: "deletion_not_pending" | "changed_meanwhile" };

type Input = AdminActionInput & {
  /** The Worker that asks for it over RPC. */
  readonly worker?: string;
};

/** Undoes the deletion of an account until it is due. A deactivated account stays deactivated. */
export async function cancelUserDeletion(
  deps: CancelUserDeletionDeps,
  { actor, id, caller, worker }: Input,
): Promise<Result<void, CancelUserDeletionFailure>> {
  const found = await findManageableUser(deps, actor, "users:activate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  const now = deps.clock.now();
  if (target.deletionDueAt === null || target.deletionDueAt <= now)
    return err({ reason: "deletion_not_pending" });
  const notice = await deps.messages.create({ kind: "account_deletion_cancelled" }, { expiresAt: now + DAY });
  const event = { type: "account_deletion_cancelled", ...(worker ? { details: { worker } } : {}) } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.users.cancelDeletion({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
