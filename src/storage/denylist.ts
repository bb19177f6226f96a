import { and, desc, eq, gt, sql } from "drizzle-orm";
import { type Clock, SECOND } from "../kernel/clock.ts";
import type { Denial } from "../sessions/rules.ts";
import type { Database } from "./database.ts";
import type { Meter } from "./metered-d1.ts";
import { type KvOutcome, meterKv } from "./metered-kv.ts";
import { pendingDenials } from "./schema.ts";

/** Entries that one run of the clockwork brings to KV. */
const BROUGHT_AT_ONCE = 100;

type Stores = {
  readonly kv: KVNamespace;
  readonly db: Database;
  readonly clock: Clock;
  readonly meter: Meter;
};

/**
 * How other Workers learn of a revocation without asking D1. Keys: `deny:sid:<session id>` → "1";
 * `deny:user:<account id>` → the instant (ms) up to which tokens of that account are dead.
 */
export function denylistStorage({ kv, db, clock, meter }: Stores) {
  const metered = meterKv(kv, meter);

  async function deny(key: string, value: string, ttlSeconds: number): Promise<void> {
    if ((await metered.put(key, value, ttlSeconds)) !== "failed") return;
    // KV takes one write a second for a key, and may be out; what it does not hear now it hears within the minute.
    const expiresAt = clock.now() + ttlSeconds * SECOND;
    await db
      .insert(pendingDenials)
      .values({ key, value, expiresAt })
      .onConflictDoUpdate({
        target: pendingDenials.key,
        set: { value, expiresAt: sql`max(${pendingDenials.expiresAt}, ${expiresAt})` },
      });
  }

  return {
    denySession: (sessionId: string, ttlSeconds: number) => deny(sessionKey(sessionId), "1", ttlSeconds),
    denyAccount: (accountId: string, instant: number, ttlSeconds: number) =>
      deny(accountKey(accountId), String(instant), ttlSeconds),

    /** Brings what KV did not take, the entries that are to live longest first. */
    async bringPending(now: number): Promise<void> {
      const entries = await db
        .select()
        .from(pendingDenials)
        .where(gt(pendingDenials.expiresAt, now))
        .orderBy(desc(pendingDenials.expiresAt))
        .limit(BROUGHT_AT_ONCE);
      for (const { key, value, expiresAt } of entries) {
        if ((await metered.put(key, value, (expiresAt - now) / SECOND)) === "failed") return;
        // Unless a later one has taken its place meanwhile.
        await db
          .delete(pendingDenials)
          .where(and(eq(pendingDenials.key, key), eq(pendingDenials.value, value)));
      }
    },

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
