import { type DeliverMessageDeps, deliverMessage } from "./deliver-message.ts";
import type { OutboxStore } from "./store.ts";

export type RetryDeliveriesDeps = DeliverMessageDeps & { readonly outbox: Pick<OutboxStore, "listDue"> };

/** Messages of one run. */
const BATCH_SIZE = 60;
/** A Worker has six simultaneous connections. */
const CONCURRENCY = 4;

/** Every minute: delivers the due messages. A failed one waits longer each time, until its link expires. */
export async function retryDeliveries(deps: RetryDeliveriesDeps): Promise<void> {
  const due = await deps.outbox.listDue(deps.clock.now(), BATCH_SIZE);
  const queue = due.values();
  const outcomes = await Promise.allSettled(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const id of queue) await deliverMessage(deps, id);
    }),
  );
  // Only now: the platform stops what still runs when the cron job ends.
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}
