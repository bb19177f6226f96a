import { and, eq, gt, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { attemptCounters } from "../../db/schema.ts";
import {
  FIRST_LOCKOUT,
  LOCKOUT_MEMORY,
  LONGEST_LOCKOUT,
  MAX_FAILURES,
  QUIET_PERIOD,
  type Reservation,
} from "./rules.ts";

const t = attemptCounters;

/** Bounds the shift so that it cannot overflow. The longest lockout needs fewer doublings. */
const MAX_DOUBLINGS = 10;

/**
 * Counts an attempt before it is evaluated, in one statement. Of any number of parallel attempts ten pass,
 * and the tenth starts the lockout that refuses the others. A success releases its count.
 */
export const reserveAttempt = (db: Database, key: string, now: number) =>
  db
    .insert(t)
    .values(firstFailure(key, now))
    .onConflictDoUpdate({ target: t.key, set: oneMoreFailure(now), setWhere: lte(t.lockedUntil, now) })
    .returning({ failures: t.failures });

/** The lockout of a key. In the batch of a reservation it comes after `reserveAttempt`. */
export const readLockout = (db: Database, key: string) =>
  db.select({ lockedUntil: t.lockedUntil }).from(t).where(eq(t.key, key));

export const reservationOf = (
  reserved: readonly { failures: number }[],
  lockout: readonly { lockedUntil: number }[],
): Reservation =>
  reserved[0]
    ? { kind: "attempt", failures: reserved[0].failures }
    : { kind: "locked", until: lockout[0]?.lockedUntil ?? 0 };

/** Releases the reservation of an attempt that was no failure, and the lockout that it started. */
export const releaseAttempt = (db: Database, key: string, where?: SQL) =>
  db
    .update(t)
    .set({
      failures: sql`max(${t.failures} - 1, 0)`,
      lockouts: sql`CASE WHEN ${t.lockedUntil} > 0 THEN max(${t.lockouts} - 1, 0) ELSE ${t.lockouts} END`,
      lockedUntil: 0,
    })
    .where(and(eq(t.key, key), where));

/** Deletes the counters, after a completed sign-in, a password reset or an unlock. */
export const clearAttempts = (db: Database, keys: readonly string[], where?: SQL) =>
  db.delete(t).where(and(inArray(t.key, [...keys]), where));

/** The lockouts among these keys that are active at `now`. */
export const activeLockouts = (db: Database, keys: readonly string[], now: number) =>
  db
    .select({ key: t.key, until: t.lockedUntil })
    .from(t)
    .where(and(inArray(t.key, [...keys]), gt(t.lockedUntil, now)));

/** The active lockout of a key, as a subquery for the condition of another statement. */
export const lockoutOf = (db: Database, key: SQLiteColumn | string, now: number) =>
  db
    .select({ one: sql`1` })
    .from(t)
    .where(and(sql`${t.key} = ${key}`, gt(t.lockedUntil, now)));

export const firstFailure = <Key>(key: Key, now: number) => ({
  key,
  failures: 1,
  lockedUntil: 0,
  lockouts: 0,
  updatedAt: now,
});

/** The update of a counter by one more failure, as SQL over the current row. */
export function oneMoreFailure(now: number) {
  const isForgotten = sql`${t.updatedAt} <= ${now - LOCKOUT_MEMORY}`;
  const isStale = sql`(${t.updatedAt} <= ${now - QUIET_PERIOD} OR (${t.lockedUntil} > 0 AND ${t.lockedUntil} <= ${now}))`;
  const lockouts = sql`CASE WHEN ${isForgotten} THEN 0 ELSE ${t.lockouts} END`;
  const startsLockout = sql`NOT ${isStale} AND ${t.failures} + 1 >= ${MAX_FAILURES}`;
  const length = sql`min(${FIRST_LOCKOUT} * (1 << min(${lockouts}, ${MAX_DOUBLINGS})), ${LONGEST_LOCKOUT})`;
  return {
    failures: sql`CASE WHEN ${isStale} THEN 1 ELSE ${t.failures} + 1 END`,
    lockedUntil: sql`CASE WHEN ${startsLockout} THEN ${now} + ${length} ELSE 0 END`,
    lockouts: sql`CASE WHEN ${startsLockout} THEN ${lockouts} + 1 ELSE ${lockouts} END`,
    updatedAt: now,
  };
}
