import type { Clock } from "../core/clock.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import { type QueuedRequest, unsealRequest } from "./queued-request.ts";
import type { QueuedRequestStore } from "./store.ts";

export type ProcessQueuedRequestsDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly queuedRequests: Pick<QueuedRequestStore, "listQueued" | "delete">;
  readonly processRequest: (id: string, request: QueuedRequest) => Promise<void>;
};

/** Requests of one run. */
const BATCH_SIZE = 100;

/**
 * Every minute: performs the requests whose processing after the response failed or was interrupted. A request that fails
 * again does not stop the others.
 */
export async function processQueuedRequests(deps: ProcessQueuedRequestsDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const { id, sealed } of await deps.queuedRequests.listQueued(deps.clock.now(), BATCH_SIZE)) {
    try {
      const request = await unsealRequest(deps, id, sealed);
      if (request) await deps.processRequest(id, request);
      // Its root secret is gone, so no run can perform it.
      else await deps.queuedRequests.delete(id);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
