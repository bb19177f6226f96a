import { asc, gt, inArray, sql } from "drizzle-orm";
import { SECOND } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import type { Meter } from "../../db/metered-d1.ts";
import { type KvOutcome, meterKv } from "../../db/metered-kv.ts";
import { pendingRevocations } from "../../db/schema.ts";
import type { RevocationVerdict } from "../rules.ts";

/** Sessions that KV is told of at once, by one request or one run of the clockwork; a call of a Worker may use KV a thousand times. */
const TOLD_AT_ONCE = 480;

/** Connections that a Worker may have open at once (platform limits). */
const SIDE_BY_SIDE = 6;

type Stores = {
  readonly kv: KVNamespace;
  readonly db: Database;
  readonly meter: Meter;
  /** Starts work after the answer. */
  readonly defer: (work: () => Promise<unknown>) => void;
};

/**
 * How other Workers learn of a revocation without asking D1. Keys: `deny:sid:<session id>` → "1";
 * `deny:user:<account id>` → the instant (ms) up to which tokens of that account are dead. KV is told at once, and
 * of every session once more by the clockwork, unless it is known to have heard.
 */
export function revocationListStore({ kv, db, meter, defer }: Stores) {
  const metered = meterKv(kv, meter);
  return {
    /** `ttlSeconds`: at least what the last token of any of them has left. */
    async revokeSessions(sessionIds: readonly string[], ttlSeconds: number): Promise<void> {
      const heard = await publish(
        metered,
        sessionIds.slice(0, TOLD_AT_ONCE).map((sessionId) => ({ sessionId, ttlSeconds })),
      );
      if (heard.length > 0) defer(() => revoke(db, heard));
    },

    async revokeAccount(accountId: string, instant: number, ttlSeconds: number): Promise<void> {
      // Of two that meet, KV may keep the earlier instant: what it has heard is no news to rely on.
      await metered.put(accountKey(accountId), String(instant), ttlSeconds);
    },

    /** Tells KV of ended sessions, those first whose tokens run out first. */
    async publishPending(now: number): Promise<void> {
      const pending = await db
        .select()
        .from(pendingRevocations)
        .where(gt(pendingRevocations.expiresAt, now))
        .orderBy(asc(pendingRevocations.expiresAt))
        .limit(TOLD_AT_ONCE);
      const heard = await publish(
        metered,
        pending.map(({ sessionId, expiresAt }) => ({ sessionId, ttlSeconds: (expiresAt - now) / SECOND })),
      );
      if (heard.length > 0) await revoke(db, heard);
    },

    /** Both keys by one call. */
    async read(sessionId: string, accountId: string): Promise<KvOutcome<RevocationVerdict>> {
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

type Denied = { readonly sessionId: string; readonly ttlSeconds: number };

/** Puts each of them into KV. The ids that it has taken. */
async function publish(
  kv: Pick<ReturnType<typeof meterKv>, "put">,
  denied: readonly Denied[],
): Promise<readonly string[]> {
  const told: string[] = [];
  for (let at = 0; at < denied.length; at += SIDE_BY_SIDE) {
    const some = denied.slice(at, at + SIDE_BY_SIDE);
    const outcomes = await Promise.all(
      some.map(({ sessionId, ttlSeconds }) => kv.put(sessionKey(sessionId), "1", ttlSeconds)),
    );
    const heard = some.filter((_, index) => outcomes[index] !== "failed");
    told.push(...heard.map(({ sessionId }) => sessionId));
    // It is out: asking on would only take time.
    if (heard.length === 0) break;
  }
  return told;
}

/** What KV has heard need not be told again. */
const revoke = (db: Database, sessionIds: readonly string[]) =>
  db
    .delete(pendingRevocations)
    .where(
      inArray(
        pendingRevocations.sessionId,
        sql`(select value from json_each(${JSON.stringify(sessionIds)}))`,
      ),
    );

const sessionKey = (sessionId: string): string => `deny:sid:${sessionId}`;
const accountKey = (accountId: string): string => `deny:user:${accountId}`;
