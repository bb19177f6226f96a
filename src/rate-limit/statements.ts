import { and, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { insertIf } from "../db/insert-select.ts";
import { clientCounters } from "../db/schema.ts";
import type { ClientLimit } from "./client-limits.ts";

/**
 * Counts a request for each network of its client, in the batch of the request: the first statements. A wider network
 * counts only what its narrower one allows, so a client over its limit cannot use up that of its neighbours. `where`: which
 * requests count, by default all.
 */
export const countClientRequest = (db: Database, limits: readonly ClientLimit[], now: number, where?: SQL) =>
  limits.map(({ key, windowMs }, width) =>
    insertIf(
      db,
      clientCounters,
      { key, requests: 1, expiresAt: now + windowMs },
      and(where, withinClientLimits(limits.slice(0, width))),
    ).onConflictDoUpdate({
      target: clientCounters.key,
      set: {
        requests: sql`CASE WHEN ${clientCounters.expiresAt} <= ${now} THEN 1 ELSE ${clientCounters.requests} + 1 END`,
        expiresAt: sql`CASE WHEN ${clientCounters.expiresAt} <= ${now} THEN ${now + windowMs} ELSE min(${clientCounters.expiresAt}, ${now + windowMs}) END`,
      },
    }),
  );

/** Whether the counted request is within all limits of its client: the condition of the later statements. */
export const withinClientLimits = (limits: readonly ClientLimit[]): SQL | undefined =>
  and(
    ...limits.map(
      ({ key, max }) =>
        sql`(SELECT ${clientCounters.requests} FROM ${clientCounters} WHERE ${clientCounters.key} = ${key}) <= ${max}`,
    ),
  );

/**
 * The counters whose limit is reached, so that no more requests are allowed in their window. For requests of which only
 * some count: it comes before `countClientRequest`.
 */
export const selectReachedLimits = (db: Database, limits: readonly ClientLimit[], now: number) => {
  const given = sql`json_each(${JSON.stringify(limits.map(({ key, max }) => ({ key, max })))})`;
  return db
    .select({ expiresAt: clientCounters.expiresAt })
    .from(clientCounters)
    .where(
      sql`${clientCounters.expiresAt} > ${now} AND ${clientCounters.key} IN (SELECT value ->> 'key' FROM ${given})
        AND ${clientCounters.requests} >= (SELECT value ->> 'max' FROM ${given} WHERE value ->> 'key' = ${clientCounters.key})`,
    );
};

/** The counters of a client, after its request was counted. */
export function readClientCounters(db: Database, limits: readonly ClientLimit[]) {
  // One text for any number of limits: with none, as in development, it finds no row.
  const keys = JSON.stringify(limits.map(({ key }) => key));
  return db
    .select()
    .from(clientCounters)
    .where(sql`${clientCounters.key} IN (SELECT value FROM json_each(${keys}))`);
}

type StoredCounter = typeof clientCounters.$inferSelect;

/** The instant at which the client may try again, or null if the request is within its limits. */
export function clientRetryAt(
  counters: readonly StoredCounter[],
  limits: readonly ClientLimit[],
): number | null {
  const exceeded = counters.filter(({ key, requests }) =>
    limits.some((limit) => limit.key === key && requests > limit.max),
  );
  return exceeded.length === 0 ? null : Math.max(...exceeded.map(({ expiresAt }) => expiresAt));
}
