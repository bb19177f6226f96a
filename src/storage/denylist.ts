import type { Meter } from "./metered-d1.ts";

// KV refuses a shorter life than this.
const MIN_TTL_SECONDS = 60;

/** Whether other Workers will hear of it. KV decides nothing here, so an outage stops nothing. */
type Announcement = "announced" | "unreachable";

/**
 * How other Workers learn of a revocation without asking D1. Keys: `deny:sid:<session id>` → "1";
 * `deny:user:<account id>` → the instant (ms) up to which tokens of that account are dead.
 */
export function denylistStorage(kv: KVNamespace, meter: Meter) {
  const put = async (key: string, value: string, seconds: number): Promise<Announcement> => {
    meter.kv += 1;
    try {
      await kv.put(key, value, { expirationTtl: Math.max(Math.ceil(seconds), MIN_TTL_SECONDS) });
      return "announced";
    } catch {
      meter.kvFailed += 1;
      return "unreachable";
    }
  };
  return {
    denySession: (sessionId: string, ttlSeconds: number) => put(`deny:sid:${sessionId}`, "1", ttlSeconds),
    denyAccount: (accountId: string, instant: number, ttlSeconds: number) =>
      put(`deny:user:${accountId}`, String(instant), ttlSeconds),
  };
}
