import type { Meter } from "../db/metered-d1.ts";
import { meterKv } from "../db/metered-kv.ts";
import type { WindowCounter } from "./rules.ts";

const STORED_COUNTER = /^(\d{1,9})@(\d{1,15})$/;

/** The counter of a window, null if nothing was counted, or `unknown` if KV failed. */
type CounterRead = WindowCounter | null | "unknown";

export type RateLimitStore = ReturnType<typeof rateLimitStore>;

/**
 * The counters of the rate limits. Keys: `rate:<policy>:<keyed hash of the client>` →
 * `<count>@<startedAt, ms>`, until the window ends, at least 60 s.
 *
 * KV is inexact: a read may return a value or a miss that is a minute old, and KV accepts one write per
 * second and key. A rejected write or an outage is therefore an outcome and never an error.
 */
export function rateLimitStore(kv: KVNamespace, meter: Meter) {
  const metered = meterKv(kv, meter);
  return {
    async get(key: string): Promise<CounterRead> {
      const stored = await metered.get(`rate:${key}`);
      if (stored === "failed") return "unknown";
      return parse(stored.value ?? "");
    },
    /** Stores the counter for `seconds`. If the write fails, the request is not counted. */
    async put(key: string, { count, startedAt }: WindowCounter, seconds: number): Promise<void> {
      await metered.put(`rate:${key}`, `${count}@${startedAt}`, seconds);
    },
  };
}

/** A missing or malformed value counts as no counter, so the next write replaces it. */
function parse(text: string): WindowCounter | null {
  const [, count, startedAt] = STORED_COUNTER.exec(text) ?? [];
  return count ? { count: Number(count), startedAt: Number(startedAt) } : null;
}
