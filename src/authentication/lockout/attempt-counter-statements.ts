import { and, eq, exists, gt, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { compiled } from "../../db/compiled-statement.ts";
import type { Database } from "../../db/database.ts";
import { attemptCounters, sessions } from "../../db/schema.ts";
import {
  FIRST_LOCKOUT,
  LOCKOUT_MEMORY,
  LONGEST_LOCKOUT,
  MAX_CONSECUTIVE_FAILURES,
  MAX_FAILURES,
  QUIET_PERIOD,
  type Reservation,
} from "./rules.ts";

const t = attemptCounters;

/** Bounds the shift so that it cannot overflow. The longest lockout needs fewer doublings. */
const MAX_DOUBLINGS = 10;

/** `key`: a value, or SQL that chooses between keys. */
type AttemptToCount = {
  readonly key: string | SQL;
  readonly now: number;
  /** The account of the target, if there is one. */
  readonly accountId: string | SQL;
  /** Whether `MAX_CONSECUTIVE_FAILURES` refuse the attempt. */
  readonly isLimited?: SQL;
};

/**
 * Counts an attempt before it is evaluated, in one statement. Of any number of parallel attempts ten pass,
 * and the tenth starts the lockout that refuses the others. A success releases its count.
 */
export const reserveAttempt = (
  db: Database,
  { key, now, accountId, isLimited = sql`FALSE` }: AttemptToCount,
) =>
  db
    .insert(t)
    .values(firstFailure(key, accountId, now))
    .onConflictDoUpdate({
      target: t.key,
      set: oneMoreFailure(now),
      setWhere: and(
        lte(t.lockedUntil, now),
        or(lt(t.consecutiveFailures, MAX_CONSECUTIVE_FAILURES), sql`NOT ${isLimited}`),
      ),
    })
    .returning({ failures: t.failures, consecutiveFailures: t.consecutiveFailures });

/** The lockout of a key. In the batch of a reservation it comes after `reserveAttempt`. */
export const readLockout = (db: Database, key: string | SQL) =>
  db
    .select({
      lockedUntil: t.lockedUntil,
      consecutiveFailures: t.consecutiveFailures,
      lastAttemptAt: t.updatedAt,
    })
    .from(t)
    .where(eq(t.key, key));

type LockoutRow = {
  readonly lockedUntil: number;
  readonly consecutiveFailures: number;
  readonly lastAttemptAt: number;
};

export function reservationOf(
  [reserved]: readonly { readonly failures: number; readonly consecutiveFailures: number }[],
  [lockout]: readonly LockoutRow[],
  now: number,
): Reservation {
  if (reserved) return { kind: "attempt", ...reserved };
  const { lockedUntil = 0, lastAttemptAt = 0 } = lockout ?? {};
  // Without a temporary lockout, the number of consecutive failures has refused the attempt.
  const needsReset = lockedUntil <= now;
  return {
    kind: "locked",
    until: needsReset ? now + LONGEST_LOCKOUT : lockedUntil,
    lastAttemptAt,
    needsReset,
  };
}

/** Releases the reservation of an attempt that was no failure, and the lockout that it started. */
export const releaseAttempt = (db: Database, key: string, where?: SQL) =>
  db
    .update(t)
    .set({
      failures: sql`max(${t.failures} - 1, 0)`,
      consecutiveFailures: sql`max(${t.consecutiveFailures} - 1, 0)`,
      lockouts: sql`CASE WHEN ${t.lockedUntil} > 0 THEN max(${t.lockouts} - 1, 0) ELSE ${t.lockouts} END`,
      lockedUntil: 0,
    })
    .where(and(eq(t.key, key), where));

/** Deletes the counters, after a completed sign-in, a password reset or an unlock. */
export const clearAttempts = (db: Database, keys: readonly string[], where?: SQL) =>
  db.delete(t).where(and(inArray(t.key, [...keys]), where));

type CompletedSignIn = { readonly lockoutKey: string; readonly sessionId: string };

/** Deletes the counters of a sign-in that has inserted its session. */
export const clearAttemptsOfSignIn = compiled((db, { lockoutKey, sessionId }: CompletedSignIn) =>
  clearAttempts(
    db,
    [lockoutKey],
    exists(db.select({ one: sql`1` }).from(sessions).where(eq(sessions.id, sessionId))),
  ),
);

/** The lockouts among these keys that are active at `now`, or that only a reset ends. */
export const activeLockouts = (db: Database, keys: readonly string[], now: number) =>
  db
    .select({ key: t.key, until: t.lockedUntil, consecutiveFailures: t.consecutiveFailures })
    .from(t)
    .where(
      and(
        inArray(t.key, [...keys]),
        or(gt(t.lockedUntil, now), gte(t.consecutiveFailures, MAX_CONSECUTIVE_FAILURES)),
      ),
    );

/** The active lockout of a key, as a subquery for the condition of another statement. */
export const lockoutOf = (db: Database, key: SQLiteColumn | SQL | string, now: number) =>
  db
    .select({ one: sql`1` })
    .from(t)
    .where(and(sql`${t.key} = ${key}`, gt(t.lockedUntil, now)));

export const firstFailure = <Key, Id>(key: Key, accountId: Id, now: number) => ({
  key,
  accountId,
  failures: 1,
  consecutiveFailures: 1,
  lockedUntil: 0,
  lockouts: 0,
  updatedAt: now,
});

/** The update of a counter by one more failure, as SQL over the current row. */
export function oneMoreFailure(now: number) {
  const isForgotten = sql`${t.updatedAt} <= ${now} - ${LOCKOUT_MEMORY}`;
  const isStale = sql`(${t.updatedAt} <= ${now} - ${QUIET_PERIOD} OR (${t.lockedUntil} > 0 AND ${t.lockedUntil} <= ${now}))`;
  const lockouts = sql`CASE WHEN ${isForgotten} THEN 0 ELSE ${t.lockouts} END`;
  const startsLockout = sql`NOT ${isStale} AND ${t.failures} + 1 >= ${MAX_FAILURES}`;
  const length = sql`min(${FIRST_LOCKOUT} * (1 << min(${lockouts}, ${MAX_DOUBLINGS})), ${LONGEST_LOCKOUT})`;
  return {
    accountId: sql`excluded.account_id`,
    failures: sql`CASE WHEN ${isStale} THEN 1 ELSE ${t.failures} + 1 END`,
    consecutiveFailures: sql`${t.consecutiveFailures} + 1`,
    lockedUntil: sql`CASE WHEN ${startsLockout} THEN ${now} + ${length} ELSE 0 END`,
    lockouts: sql`CASE WHEN ${startsLockout} THEN ${lockouts} + 1 ELSE ${lockouts} END`,
    updatedAt: now,
  };
}
