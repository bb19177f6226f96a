import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { LOCALES } from "../../core/locale.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { DueRemoval, FactorRemovalStore } from "./store.ts";

export type PerformFactorRemovalsDeps = {
  readonly clock: Clock;
  readonly factorRemovals: Pick<FactorRemovalStore, "listDue" | "perform">;
  readonly revocationList: Pick<RevocationList, "publishPending">;
  readonly messages: Outbox;
  readonly settings: { readonly canText: boolean };
};

/** Removals of one run. The next one is a minute later. */
const MAX_REMOVALS = 20;

/** The job has no client. */
const NO_CALLER: Caller = { ip: null, userAgent: null, locale: LOCALES[0] };

/** Every minute: removes the factors whose waiting period is over. Of parallel runs one removes those of an account. */
export async function performFactorRemovals(deps: PerformFactorRemovalsDeps): Promise<void> {
  const due = await deps.factorRemovals.listDue(deps.clock.now(), MAX_REMOVALS);
  for (const removal of due) await perform(deps, removal);
  // Other Workers may read only the list in KV. The end of a session has put it among the pending ones.
  if (due.length > 0) await deps.revocationList.publishPending(deps.clock.now());
}

async function perform(deps: PerformFactorRemovalsDeps, removal: DueRemoval): Promise<void> {
  const now = deps.clock.now();
  const expiresAt = now + DAY;
  const mail = await deps.messages.create({ kind: "factors_removed" }, { expiresAt });
  const text =
    deps.settings.canText && removal.phone !== null
      ? [await deps.messages.create({ kind: "factors_removed_text" }, { expiresAt, to: removal.phone })]
      : [];
  const notices = [mail, ...text];
  const audit = newAuditEvent(deps, { type: "factors_removed" }, NO_CALLER);
  if (!(await deps.factorRemovals.perform({ removal, audit, notices, now }))) return;
  await deps.messages.deliver(notices.map((notice) => notice.id));
}
