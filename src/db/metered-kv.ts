import type { Meter } from "./metered-d1.ts";

// KV refuses a shorter life than this.
const MIN_TTL_SECONDS = 60;

/** What KV said, or that it said nothing: it decides nothing here, so an outage is an outcome. */
export type KvOutcome<T> = { readonly value: T } | "failed";

/** KV with every call counted, and every failure told apart from an answer. */
export function meterKv(kv: KVNamespace, meter: Meter) {
  const call = async <T>(run: () => Promise<T>): Promise<KvOutcome<T>> => {
    meter.kv += 1;
    try {
      return { value: await run() };
    } catch {
      meter.kvFailed += 1;
      return "failed";
    }
  };
  return {
    get: (key: string) => call(() => kv.get(key)),
    /** Several keys by one call. */
    getAll: (keys: readonly string[]) => call(() => kv.get([...keys])),
    /** Lives for so many seconds, a minute at least. */
    put: (key: string, value: string, seconds: number) =>
      call(() => kv.put(key, value, { expirationTtl: Math.max(Math.ceil(seconds), MIN_TTL_SECONDS) })),
  };
}
