import type { Defer, DeferredWork } from "./defer.ts";
import { firstCause } from "./unavailable.ts";

/**
 * Milliseconds, enough for the response to leave. Measured: sending mail at once delays the response,
 * and its time would then reveal whether there is mail to send.
 */
export const DEFERRED_WORK_DELAY_MS = 50;

/**
 * Returns a `Defer` that starts work `pause` milliseconds after it was deferred. The cron jobs retry work that fails
 * here; the log records it.
 */
export function deferBy(
  context: Pick<ExecutionContext, "waitUntil">,
  pause: number,
  requestId: string,
): Defer {
  return (work) => context.waitUntil(scheduler.wait(pause).then(work).catch(reportTo(requestId)));
}

/** Returns a `Defer` that starts work at once, for work whose time reveals nothing. */
export const startAtOnce =
  (context: Pick<ExecutionContext, "waitUntil">, requestId: string): Defer =>
  (work) =>
    context.waitUntil(work().catch(reportTo(requestId)));

const reportTo = (requestId: string) => (error: unknown) =>
  console.error(JSON.stringify({ requestId, deferred: "failed", error: firstCause(error) }));

/** Holds deferred work back until the response is ready. Work that deferred work defers is not held back. */
export function holdBack(run: Defer): { readonly defer: Defer; release(): void } {
  const held: DeferredWork[] = [];
  let isReleased = false;
  return {
    defer: (work) => (isReleased ? run(work) : void held.push(work)),
    release() {
      isReleased = true;
      held.forEach(run);
    },
  };
}
