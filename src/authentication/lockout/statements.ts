import { and, eq, gt, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { attemptCounters } from "../../db/schema.ts";
import {
  FIRST_LOCK,
  LOCK_MEMORY,
  LONGEST_LOCK,
  MAX_FAILURES,
  QUIET_TIME,
  type Reservation,
} from "./rules.ts";

const t = attemptCounters;

/** A doubling that cannot overflow: the longest lock is reached long before. */
const MAX_DOUBLINGS = 10;

/**
 * Counts an attempt before it is evaluated, in one statement: of any number at once, ten get
 * through, and the tenth sets the lock that the others find. A success takes its count back.
 */
export const reserveAttempt = (db: Database, key: string, now: number) =>
  db
    .insert(t)
    .values(firstFailure(key, now))
    .onConflictDoUpdate({ target: t.key, set: oneMoreFailure(now), setWhere: lte(t.lockedUntil, now) })
    .returning({ failures: t.failures });

/** The lock as the reservation left it; read in the same batch. */
export const readLockout = (db: Database, key: string) =>
  db.select({ lockedUntil: t.lockedUntil }).from(t).where(eq(t.key, key));

export const reservationOf = (
  reserved: readonly { failures: number }[],
  lock: readonly { lockedUntil: number }[],
): Reservation =>
  reserved[0]
    ? { kind: "attempt", failures: reserved[0].failures }
    : { kind: "locked", until: lock[0]?.lockedUntil ?? 0 };

/** Takes a reservation back that turned out to be no failure, with the lock that it alone had set. */
export const releaseAttempt = (db: Database, key: string, where?: SQL) =>
  db
    .update(t)
    .set({
      failures: sql`max(${t.failures} - 1, 0)`,
      lockouts: sql`CASE WHEN ${t.lockedUntil} > 0 THEN max(${t.lockouts} - 1, 0) ELSE ${t.lockouts} END`,
      lockedUntil: 0,
    })
    .where(and(eq(t.key, key), where));

/** A full sign-in, or a reset: nothing is held against the target any more. */
export const clearAttempts = (db: Database, keys: readonly string[], where?: SQL) =>
  db.delete(t).where(and(inArray(t.key, [...keys]), where));

/** Those of the locks that are shut at that instant. */
export const activeLockouts = (db: Database, keys: readonly string[], now: number) =>
  db
    .select({ key: t.key, until: t.lockedUntil })
    .from(t)
    .where(and(inArray(t.key, [...keys]), gt(t.lockedUntil, now)));

/** The lock of that key if it is shut now, for the condition of another statement. */
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

/** What one more failure makes of a counter: SQL over the row as it was. */
export function oneMoreFailure(now: number) {
  const isForgotten = sql`${t.updatedAt} <= ${now - LOCK_MEMORY}`;
  const stale = sql`(${t.updatedAt} <= ${now - QUIET_TIME} OR (${t.lockedUntil} > 0 AND ${t.lockedUntil} <= ${now}))`;
  const lockouts = sql`CASE WHEN ${isForgotten} THEN 0 ELSE ${t.lockouts} END`;
  const locks = sql`NOT ${stale} AND ${t.failures} + 1 >= ${MAX_FAILURES}`;
  const length = sql`min(${FIRST_LOCK} * (1 << min(${lockouts}, ${MAX_DOUBLINGS})), ${LONGEST_LOCK})`;
  return {
    failures: sql`CASE WHEN ${stale} THEN 1 ELSE ${t.failures} + 1 END`,
    lockedUntil: sql`CASE WHEN ${locks} THEN ${now} + ${length} ELSE 0 END`,
    lockouts: sql`CASE WHEN ${locks} THEN ${lockouts} + 1 ELSE ${lockouts} END`,
    updatedAt: now,
  };
}
