import { type DeliverLogoutNoticeDeps, deliverLogoutNotice } from "./deliver-logout-notice.ts";
import type { LogoutNoticeStore } from "./store.ts";

export type DeliverLogoutNoticesDeps = DeliverLogoutNoticeDeps & {
  readonly logoutNotices: Pick<LogoutNoticeStore, "listDue">;
};

/** Notices of one cron run, and of the work after one request. */
const BATCH_SIZE = 60;
const BATCH_SIZE_OF_REQUEST = 12;
/** A Worker has six simultaneous connections. */
const CONCURRENCY = 4;

/** Every minute: delivers the due notices. */
export const deliverLogoutNotices = (deps: DeliverLogoutNoticesDeps): Promise<void> =>
  deliverDue(deps, BATCH_SIZE);

/** After a request that has ended sessions. The platform stops work of more than 30 seconds after the response. */
export const deliverNewLogoutNotices = (deps: DeliverLogoutNoticesDeps): Promise<void> =>
  deliverDue(deps, BATCH_SIZE_OF_REQUEST);

async function deliverDue(deps: DeliverLogoutNoticesDeps, limit: number): Promise<void> {
  const due = await deps.logoutNotices.listDue(deps.clock.now(), limit);
  const queue = due.values();
  const outcomes = await Promise.allSettled(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const sessionId of queue) await deliverLogoutNotice(deps, sessionId);
    }),
  );
  // Only now: the platform stops what still runs when the cron job ends.
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}
