import { asc, gt, inArray, sql } from "drizzle-orm";
import { SECOND } from "../../core/clock.ts";
import type { Defer } from "../../core/defer.ts";
import type { Database } from "../../db/database.ts";
import type { Meter } from "../../db/metered-d1.ts";
import { meterKv } from "../../db/metered-kv.ts";
import { pendingRevocations } from "../../db/schema.ts";
import { MAX_TOKEN_LIFE } from "../signing-keys/rules.ts";
import type { RevocationList } from "./revocation-list.ts";

/** Sessions that one request or one cron run publishes. The platform allows an invocation 1,000 KV operations. */
const MAX_PUBLISHED = 480;

/** Seconds. A client's own access tokens may live longer than ACCESS_TOKEN_TTL, and an entry must outlive the last of them. */
const MIN_TTL_SECONDS = MAX_TOKEN_LIFE / SECOND;

/** Connections that a Worker may have open at once (platform limit). */
const MAX_CONNECTIONS = 6;

type Stores = {
  readonly kv: KVNamespace;
  readonly db: Database;
  readonly meter: Meter;
  /** Runs work after the response. */
  readonly defer: Defer;
};

/**
 * The revocation list in KV. Keys: `deny:sid:<session id>` → "1"; `deny:user:<account id>` → the instant (ms)
 * before which that account's tokens are revoked. Each revocation is published at once. A database trigger also
 * adds each ended session to `pending_revocations`; a cron job publishes the rows that KV has not accepted.
 */
export function revocationListStore({ kv, db, meter, defer }: Stores): RevocationList {
  const metered = meterKv(kv, meter);
  return {
    async revokeSessions(sessionIds, ttlSeconds) {
      const published = await publish(
        metered,
        sessionIds.slice(0, MAX_PUBLISHED).map((sessionId) => ({ sessionId, ttlSeconds })),
      );
      if (published.length > 0) defer(() => deletePending(db, published));
    },

    async revokeAccount(accountId, revokedBefore, ttlSeconds) {
      // Of two concurrent writes KV may keep the earlier instant. The pending rows of the sessions therefore stay.
      const seconds = Math.max(ttlSeconds, MIN_TTL_SECONDS);
      await metered.put(accountKey(accountId), String(revokedBefore), seconds);
    },

    async restoreSession(sessionId) {
      await metered.delete(sessionKey(sessionId));
    },

    async publishPending(now) {
      const pending = await db
        .select()
        .from(pendingRevocations)
        .where(gt(pendingRevocations.expiresAt, now))
        .orderBy(asc(pendingRevocations.expiresAt))
        .limit(MAX_PUBLISHED);
      const published = await publish(
        metered,
        pending.map(({ sessionId, expiresAt }) => ({ sessionId, ttlSeconds: (expiresAt - now) / SECOND })),
      );
      if (published.length > 0) await deletePending(db, published);
    },

    // Both keys in one KV operation.
    async read(sessionId, accountId) {
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

type SessionRevocation = { readonly sessionId: string; readonly ttlSeconds: number };

/** Writes the revocations to KV. Returns the ids that KV accepted. */
async function publish(
  kv: Pick<ReturnType<typeof meterKv>, "put">,
  revocations: readonly SessionRevocation[],
): Promise<readonly string[]> {
  const published: string[] = [];
  for (let start = 0; start < revocations.length; start += MAX_CONNECTIONS) {
    const chunk = revocations.slice(start, start + MAX_CONNECTIONS);
    const outcomes = await Promise.all(
      chunk.map(({ sessionId, ttlSeconds }) =>
        kv.put(sessionKey(sessionId), "1", Math.max(ttlSeconds, MIN_TTL_SECONDS)),
      ),
    );
    const accepted = chunk.filter((_, index) => outcomes[index] !== "failed");
    published.push(...accepted.map(({ sessionId }) => sessionId));
    // KV is down: more attempts would only take time.
    if (accepted.length === 0) break;
  }
  return published;
}

const deletePending = (db: Database, sessionIds: readonly string[]) =>
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
