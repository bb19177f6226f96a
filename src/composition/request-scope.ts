import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import type { ProviderErrorKind } from "../core/provider-error.ts";
import type { Meter } from "../db/metered-d1.ts";

/** What belongs to one request, one RPC call or one cron run. All else is composed once per environment. */
export type RequestScope = {
  readonly clock: Clock;
  readonly meter: Meter;
  /** Runs work after the response, and keeps the isolate alive for it. */
  readonly defer: Defer;
  /** Starts work at once, and keeps the isolate alive for it. The response does not wait for it. */
  readonly startWork: Defer;
};

const storage = new AsyncLocalStorage<RequestScope>();

/** Runs `work` in a scope. Everything that it awaits and all work that it defers run in that scope too. */
export const runInScope = <T>(scope: RequestScope, work: () => T): T => storage.run(scope, work);

function currentScope(): RequestScope {
  const scope = storage.getStore();
  if (!scope) throw new Error("no request scope is open: call runInScope() around this code");
  return scope;
}

// The ports that the composition passes on. Each call uses the scope in which it happens.

export const scopedClock: Clock = { now: () => currentScope().clock.now() };

export const scopedDefer: Defer = (work) => currentScope().defer(work);

export const scopedStartWork: Defer = (work) => currentScope().startWork(work);

/** Counts in the meter of the current scope. */
export const scopedMeter: Meter = {
  get d1() {
    return currentScope().meter.d1;
  },
  set d1(count) {
    currentScope().meter.d1 = count;
  },
  get kv() {
    return currentScope().meter.kv;
  },
  set kv(count) {
    currentScope().meter.kv = count;
  },
  get kvFailed() {
    return currentScope().meter.kvFailed;
  },
  set kvFailed(count) {
    currentScope().meter.kvFailed = count;
  },
  get burstFailed() {
    return currentScope().meter.burstFailed;
  },
  set burstFailed(count) {
    currentScope().meter.burstFailed = count;
  },
  get providerErrors() {
    return currentScope().meter.providerErrors;
  },
};

/** Returns a callback that records the errors of one provider. */
export const reportProviderError = (provider: string) => (kind: ProviderErrorKind) => {
  currentScope().meter.providerErrors.push(`${provider}: ${kind}`);
};
