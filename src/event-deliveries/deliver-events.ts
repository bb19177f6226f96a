import { type DeliverEventDeps, deliverEvent } from "./deliver-event.ts";
import type { EventDeliveryStore } from "./store.ts";

export type DeliverEventsDeps = DeliverEventDeps & {
  readonly eventDeliveries: Pick<EventDeliveryStore, "listDue">;
};

/** Deliveries of one cron run, and of the work after one request. */
const BATCH_SIZE = 60;
const BATCH_SIZE_OF_REQUEST = 12;
/** A Worker has six simultaneous connections. */
const CONCURRENCY = 4;

/** Every minute: delivers the due events and revocations. */
export const deliverEvents = (deps: DeliverEventsDeps): Promise<void> => deliverDue(deps, BATCH_SIZE);

/** After a request that has queued some. The platform stops work of more than 30 seconds after the response. */
export const deliverNewEvents = (deps: DeliverEventsDeps): Promise<void> =>
  deliverDue(deps, BATCH_SIZE_OF_REQUEST);

async function deliverDue(deps: DeliverEventsDeps, limit: number): Promise<void> {
  const due = await deps.eventDeliveries.listDue(deps.clock.now(), limit);
  const queue = due.values();
  const outcomes = await Promise.allSettled(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const id of queue) await deliverEvent(deps, id);
    }),
  );
  // Only now: the platform stops what still runs when the cron job ends.
  const rejected = outcomes.find((outcome) => outcome.status === "rejected");
  if (rejected) throw rejected.reason;
}
