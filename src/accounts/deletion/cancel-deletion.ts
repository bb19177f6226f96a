import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { Defer } from "../../core/defer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { DeletionStore } from "./store.ts";

export type CancelDeletionDeps = {
  readonly clock: Clock;
  readonly deletions: Pick<DeletionStore, "cancel">;
  readonly messages: Outbox;
  readonly revocationList: Pick<RevocationList, "restoreSession">;
  readonly defer: Defer;
};

export type CancelDeletionFailure = { readonly reason: "not_pending" };

/** The user keeps the account. The session, which could do nothing else until now, is a usual one from then on. */
export async function cancelDeletion(
  deps: CancelDeletionDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, CancelDeletionFailure>> {
  const accountId = session.account.id;
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "account_deletion_cancelled" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_deletion_cancelled" }, caller, accountId);
  if (!(await deps.deletions.cancel({ accountId, notice, audit, now })))
    return err({ reason: "not_pending" });
  deps.defer(() => deps.revocationList.restoreSession(session.sessionId));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
