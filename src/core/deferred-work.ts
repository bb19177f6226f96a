import type { DeferredWork } from "./defer.ts";
import { firstCause } from "./unavailable.ts";

/**
 * Milliseconds, enough for the response to leave. Measured: sending mail at once delays the response,
 * and its time would then reveal whether there is mail to send.
 */
export const DEFERRED_WORK_DELAY_MS = 50;

/** Runs the deferred work after `pause` milliseconds. The cron jobs retry work that fails here; the log records it. */
export function runDeferred(
  context: Pick<ExecutionContext, "waitUntil">,
  deferred: readonly DeferredWork[],
  pause: number,
  requestId: string,
): void {
  const report = (error: unknown) =>
    console.error(JSON.stringify({ requestId, deferred: "failed", error: firstCause(error) }));
  for (const work of deferred) context.waitUntil(scheduler.wait(pause).then(work).catch(report));
}
