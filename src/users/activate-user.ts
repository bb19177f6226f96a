import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type ActivateUserDeps = ReachDeps & {
  readonly clock: Clock;
  readonly users: {
    activate(
      draft: Act & { notice: MessageDraft; audit: AuditDraft; now: number },
    ): Promise<"done" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

export type ActivateUserFailure = ReachFailure | { readonly reason: "changed_meanwhile" };

/** Opens a closed account again; its owner signs in anew. Once more, it changes nothing. */
export async function activateUser(
  deps: ActivateUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, ActivateUserFailure>> {
  const { actor, id, caller } = input;
  const found = await reach(deps, actor, "users:activate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "account_activated" }, { expiresAt: now + DAY });
  const audit = draftAuditEvent(deps, { type: "account_activated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.activate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
