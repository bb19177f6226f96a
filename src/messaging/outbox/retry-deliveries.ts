import { type DeliverMessageDeps, deliverMessage } from "./deliver-message.ts";

export type RetryDeliveriesDeps = DeliverMessageDeps & {
  readonly outbox: { listDue(now: number, limit: number): Promise<string[]> };
};

/** How many messages one run takes on, a few at a time: a Worker has six connections. */
const BATCH = 60;
const AT_ONCE = 4;

/** Every minute: tries the messages that are due. What fails again waits longer, until its link is dead. */
export async function retryDeliveries(deps: RetryDeliveriesDeps): Promise<void> {
  const due = await deps.outbox.listDue(deps.clock.now(), BATCH);
  const queue = due.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const id of queue) await deliverMessage(deps, id);
    }),
  );
}
