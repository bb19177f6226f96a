import type { Meter } from "./metered-d1.ts";
import { type KvOutcome, meterKv } from "./metered-kv.ts";

/**
 * How other Workers learn of a revocation without asking D1. Keys: `deny:sid:<session id>` → "1";
 * `deny:user:<account id>` → the instant (ms) up to which tokens of that account are dead.
 */
export function denylistStorage(kv: KVNamespace, meter: Meter) {
  const metered = meterKv(kv, meter);
  return {
    denySession: (sessionId: string, ttlSeconds: number): Promise<KvOutcome<void>> =>
      metered.put(`deny:sid:${sessionId}`, "1", ttlSeconds),
    denyAccount: (accountId: string, instant: number, ttlSeconds: number): Promise<KvOutcome<void>> =>
      metered.put(`deny:user:${accountId}`, String(instant), ttlSeconds),
  };
}
