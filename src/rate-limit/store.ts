import type { Meter } from "../db/metered-d1.ts";
import { meterKv } from "../db/metered-kv.ts";
import type { CounterRead, WindowCounter } from "./window-counter.ts";

const STORED = /^(\d{1,9})@(\d{1,15})$/;

/**
 * The counters of the rate limits. Keys: `rate:<policy>:<keyed hash of the client>` →
 * `<count>@<startedAt, ms>`, until the window ends, 60 s at least.
 *
 * KV is fast and inexact: it may answer with a value, or a miss, that is a minute old, and takes
 * one write a second for a key. So a refused write, or an outage, is an outcome and never an error.
 */
export function rateLimitStore(kv: KVNamespace, meter: Meter) {
  const metered = meterKv(kv, meter);
  return {
    async get(key: string): Promise<CounterRead> {
      const stored = await metered.get(`rate:${key}`);
      if (stored === "failed") return "unknown";
      return stored.value === null ? null : parse(stored.value);
    },
    /** Keeps it for so many seconds; a counter that could not be written is a request not counted. */
    async put(key: string, { count, startedAt }: WindowCounter, seconds: number): Promise<void> {
      await metered.put(`rate:${key}`, `${count}@${startedAt}`, seconds);
    },
  };
}

/** What is no counter is taken for none, so that the next write puts it right. */
function parse(text: string): WindowCounter | null {
  const [, count, startedAt] = STORED.exec(text) ?? [];
  return count && startedAt ? { count: Number(count), startedAt: Number(startedAt) } : null;
}
