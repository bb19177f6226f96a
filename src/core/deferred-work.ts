import { firstCause } from "./unavailable.ts";

export type Work = () => Promise<unknown>;

/**
 * Milliseconds, long enough for an answer to leave. Sending a mail at once was measured to delay the very
 * answer that must not tell, by its time, whether there is a mail to send.
 */
export const PAUSE_AFTER_ANSWER = 50;

/** Keeps what was left for later alive. What fails then is tried again by the clockwork; the log says so. */
export function runDeferred(
  context: Pick<ExecutionContext, "waitUntil">,
  deferred: readonly Work[],
  pause: number,
  requestId: string,
): void {
  const report = (error: unknown) =>
    console.error(JSON.stringify({ requestId, deferred: "failed", error: firstCause(error) }));
  for (const work of deferred) context.waitUntil(scheduler.wait(pause).then(work).catch(report));
}
