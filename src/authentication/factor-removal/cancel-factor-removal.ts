import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CancelledRemoval, FactorRemovalStore } from "./store.ts";

export type CancelFactorRemovalDeps = {
  readonly clock: Clock;
  readonly factorRemovals: Pick<FactorRemovalStore, "cancel">;
  readonly messages: Outbox;
};

/** `not_pending`: it was cancelled before, or has happened. */
export type CancelFactorRemovalFailure = { readonly reason: "not_pending" };

type Cancellation = {
  readonly removal: CancelledRemoval;
  readonly by: "link" | "session" | "admin";
  readonly actorId: string | null;
  readonly caller: Caller;
};

/** Cancels a removal. Its callers decide who may. The user is notified. */
export async function cancelFactorRemoval(
  deps: CancelFactorRemovalDeps,
  { removal, by, actorId, caller }: Cancellation,
): Promise<Result<void, CancelFactorRemovalFailure>> {
  const now = deps.clock.now();
  const event = { type: "factor_removal_cancelled", details: { by } } as const;
  const notice = await deps.messages.create({ kind: "factor_removal_cancelled" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, event, caller, actorId);
  const isCancelled = await deps.factorRemovals.cancel({ removal, audit, notice, now });
  if (!isCancelled) return err({ reason: "not_pending" });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
