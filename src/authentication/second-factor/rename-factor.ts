import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { FactorChangeStore } from "./factor-change-store.ts";

export type RenameFactorDeps = {
  readonly clock: Clock;
  readonly factorChanges: Pick<FactorChangeStore, "rename">;
};

type RenameFactorInput = {
  readonly session: CurrentSession;
  readonly id: string;
  readonly label: string | null;
  readonly caller: Caller;
};

/** Gives one of the user's factors another name. Null: none. */
export async function renameFactor(
  deps: RenameFactorDeps,
  { session, id, label, caller }: RenameFactorInput,
): Promise<Result<void, { readonly reason: "not_found" }>> {
  const event = { type: "factor_changed", details: { factorId: id, changes: "label" } } as const;
  const audit = newAuditEvent(deps, event, caller, session.account.id);
  const outcome = await deps.factorChanges.rename({ session, id, label, audit });
  return outcome === "changed" ? ok(undefined) : err({ reason: outcome });
}
