import { and, eq, gt, inArray, isNull, lt, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { attemptCounters, oneTimeCodes } from "../../db/schema.ts";
import { firstFailure, lockoutOf, oneMoreFailure } from "../lockout/attempt-counter-statements.ts";
import { MAX_OTP_ATTEMPTS, type NewOneTimeCodeChallenge, type OneTimeCodePurpose } from "./one-time-code.ts";

export const oneTimeCodeRow = (challenge: NewOneTimeCodeChallenge, accountId: string) => ({
  ...challenge,
  amr: challenge.amr ?? "",
  factorKind: challenge.factorKind ?? "",
  deviceId: challenge.deviceId ?? null,
  isPersistent: challenge.isPersistent ?? true,
  accountId,
  tries: 0,
  attempt: null,
  consumedAt: null,
});

/** Deletes open challenges of an account, for example after a newer challenge or a password change. */
export const voidOneTimeCodes = (db: Database, where: SQL) => db.delete(oneTimeCodes).where(where);

/** `attempt`: the id of this answer. Later statements find the row by it. */
export type ChallengeAttempt = { readonly challengeId: string; readonly attempt: string };

type CountedAnswer = ChallengeAttempt & {
  readonly purpose: OneTimeCodePurpose;
  readonly now: number;
};

export type CodeAttempt = CountedAnswer & { readonly codeHashes: readonly string[] };

/**
 * Counts an attempt before it is evaluated, in one statement. Of any number of parallel answers five are counted.
 * `where`: a further condition.
 */
export const countAttempt = (db: Database, answer: CountedAnswer, where: SQL | undefined) =>
  db
    .update(oneTimeCodes)
    .set({ tries: sql`${oneTimeCodes.tries} + 1`, attempt: answer.attempt })
    .where(and(isAnswerable(db, answer), where));

/**
 * Consumes the challenge whose last counted attempt is this one. A later attempt or a new code takes its place, so
 * of any number of counted attempts one consumes it.
 */
export const consumeChallenge = (
  db: Database,
  attempt: ChallengeAttempt,
  now: number,
  where: SQL | undefined,
) =>
  db
    .update(oneTimeCodes)
    .set({ consumedAt: now })
    .where(and(isOpenAttempt(attempt), where));

/**
 * Counts a try and evaluates the answer in one statement. Of any number of parallel answers D1 evaluates
 * five, and one correct answer consumes the challenge. The statement compares keyed hashes, so its timing
 * reveals nothing about the code. `where`: a further condition for the evaluation.
 */
export function consumeAttempt(db: Database, answer: CodeAttempt, where: SQL | undefined) {
  const isCorrect = inArray(oneTimeCodes.codeHash, [...answer.codeHashes]);
  return db
    .update(oneTimeCodes)
    .set({
      tries: sql`${oneTimeCodes.tries} + 1`,
      attempt: answer.attempt,
      consumedAt: sql`CASE WHEN ${isCorrect} THEN ${answer.now} END`,
    })
    .where(and(isAnswerable(db, answer), where));
}

const isAnswerable = (db: Database, { challengeId, purpose, now }: CountedAnswer): SQL | undefined =>
  and(
    eq(oneTimeCodes.id, challengeId),
    eq(oneTimeCodes.purpose, purpose),
    isNull(oneTimeCodes.consumedAt),
    gt(oneTimeCodes.expiresAt, now),
    lt(oneTimeCodes.tries, MAX_OTP_ATTEMPTS),
    notExists(lockoutOf(db, oneTimeCodes.lockoutKey, now)),
  );

/** Whether this answer was correct and has consumed the challenge. */
export const codeWasCorrect = ({ challengeId, attempt }: ChallengeAttempt): SQL | undefined =>
  and(
    eq(oneTimeCodes.id, challengeId),
    eq(oneTimeCodes.attempt, attempt),
    sql`${oneTimeCodes.consumedAt} IS NOT NULL`,
  );

/** Whether this answer is the last counted one and has not consumed the challenge: it is wrong, or not evaluated yet. */
export const isOpenAttempt = ({ challengeId, attempt }: ChallengeAttempt): SQL | undefined =>
  and(eq(oneTimeCodes.id, challengeId), eq(oneTimeCodes.attempt, attempt), isNull(oneTimeCodes.consumedAt));

/**
 * Counts an answer that has not consumed its challenge for the lockout. A new code does not reset that count
 * (NIST SP 800-63B-4 §3.1.3.2).
 */
export const countWrongCode = (db: Database, answer: CountedAnswer) =>
  insertFrom(
    db,
    attemptCounters,
    firstFailure(sql`${oneTimeCodes.lockoutKey}`, sql`${oneTimeCodes.accountId}`, answer.now),
    oneTimeCodes,
    isOpenAttempt(answer),
  ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(answer.now) });

/** The instant at which the lockout of a challenge ends, after the earlier statements of the batch. */
export const lockoutOfCode = (db: Database, challengeId: string) =>
  db
    .select({ until: attemptCounters.lockedUntil })
    .from(oneTimeCodes)
    .innerJoin(attemptCounters, eq(attemptCounters.key, oneTimeCodes.lockoutKey))
    .where(eq(oneTimeCodes.id, challengeId));
