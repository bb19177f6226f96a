import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type ActivateUserDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: {
    activate(
      draft: AdminAction & { notice: NewMessage; audit: NewAuditEvent; now: number },
    ): Promise<"done" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

export type ActivateUserFailure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Opens a closed account again; its owner signs in anew. Once more, it changes nothing. */
export async function activateUser(
  deps: ActivateUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, ActivateUserFailure>> {
  const { actor, id, caller } = input;
  const found = await findManageableUser(deps, actor, "users:activate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "account_activated" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_activated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.activate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
