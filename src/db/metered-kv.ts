import type { Meter } from "./metered-d1.ts";

// KV rejects a shorter `expirationTtl`.
const MIN_TTL_SECONDS = 60;

/** The result of a KV call. KV decides nothing here, so an outage is an outcome and not an error. */
export type KvOutcome<T> = { readonly value: T } | "failed";

/** Wraps KV: counts every call, and returns `failed` instead of throwing. */
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
    /** Reads several keys in one call. */
    getAll: (keys: readonly string[]) => call(() => kv.get([...keys])),
    delete: (key: string) => call(() => kv.delete(key)),
    /** Expires after `seconds`, but not before 60 seconds. */
    put: (key: string, value: string, seconds: number) =>
      call(() => kv.put(key, value, { expirationTtl: Math.max(Math.ceil(seconds), MIN_TTL_SECONDS) })),
  };
}
