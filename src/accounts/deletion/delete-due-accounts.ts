import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { accountLockouts } from "../../authentication/lockout/lockout-keys.ts";
import type { Caller } from "../../core/caller.ts";
import { LOCALES } from "../../core/locale.ts";
import { type NewDeliveriesDeps, newDeletionEvents } from "../../event-deliveries/delivery.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { ErasedAccount } from "./statements.ts";
import type { DeletionStore } from "./store.ts";

export type DeleteDueAccountsDeps = NewDeliveriesDeps & {
  readonly deletions: Pick<DeletionStore, "listDue" | "eraseDue">;
  readonly revocationList: Pick<RevocationList, "publishPending">;
  readonly deleteDiscardedAvatars: () => Promise<void>;
  readonly deliverEventsNow: () => Promise<void>;
};

/** The service itself acts. */
const NO_CALLER: Caller = { ip: null, userAgent: null, locale: LOCALES[0] };

/** Accounts of one run. Each is a batch of its own; the next run erases the rest. */
const BATCH_SIZE = 25;

/** Every minute: erases the accounts whose deletion is due. A failure does not keep back the others. */
export async function deleteDueAccounts(deps: DeleteDueAccountsDeps): Promise<void> {
  const due = await deps.deletions.listDue(deps.clock.now(), BATCH_SIZE);
  if (due.length === 0) return;
  const failures: unknown[] = [];
  for (const account of due) {
    try {
      await erase(deps, account);
    } catch (cause) {
      failures.push(cause);
    }
  }
  await deps.revocationList.publishPending(deps.clock.now());
  await deps.deleteDiscardedAvatars();
  await deps.deliverEventsNow();
  if (failures.length > 0) throw failures[0];
}

async function erase(deps: DeleteDueAccountsDeps, account: ErasedAccount): Promise<void> {
  const audit = newAuditEvent(deps, { type: "account_deleted" }, NO_CALLER);
  await deps.deletions.eraseDue({
    account,
    lockoutKeys: await accountLockouts(deps, account),
    events: await newDeletionEvents(deps, { accountId: account.id, eventId: audit.id }),
    audit,
    now: deps.clock.now(),
  });
}
