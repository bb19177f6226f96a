import type { Denial } from "../sessions/rules.ts";
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
      metered.put(sessionKey(sessionId), "1", ttlSeconds),
    denyAccount: (accountId: string, instant: number, ttlSeconds: number): Promise<KvOutcome<void>> =>
      metered.put(accountKey(accountId), String(instant), ttlSeconds),

    /** Both keys by one call. */
    async read(sessionId: string, accountId: string): Promise<KvOutcome<Denial>> {
      const found = await metered.getAll([sessionKey(sessionId), accountKey(accountId)]);
      if (found === "failed") return "failed";
      const instant = found.value.get(accountKey(accountId)) ?? null;
      return {
        value: {
          session: (found.value.get(sessionKey(sessionId)) ?? null) !== null,
          account: instant === null ? null : Number.parseInt(instant, 10),
        },
      };
    },
  };
}

const sessionKey = (sessionId: string): string => `deny:sid:${sessionId}`;
const accountKey = (accountId: string): string => `deny:user:${accountId}`;
