import { and, eq, gt, inArray, isNull, lt, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { attemptCounters, oneTimeCodes } from "../../db/schema.ts";
import { firstFailure, lockoutOf, oneMoreFailure } from "../lockout/statements.ts";
import { MAX_OTP_ATTEMPTS, type NewOneTimeCodeChallenge, type OneTimeCodePurpose } from "./one-time-code.ts";

export const oneTimeCodeRow = (challenge: NewOneTimeCodeChallenge, accountId: string) => ({
  ...challenge,
  amr: challenge.amr ?? "",
  accountId,
  tries: 0,
  attempt: null,
  consumedAt: null,
});

/** Deletes open challenges of an account, for example after a newer challenge or a password change. */
export const voidOneTimeCodes = (db: Database, where: SQL) => db.delete(oneTimeCodes).where(where);

export type ChallengeAnswer = {
  readonly challengeId: string;
  readonly purpose: OneTimeCodePurpose;
  /** The id of this answer. Later statements of the batch find the row by it. */
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  readonly now: number;
};

/**
 * Counts a try and evaluates the answer in one statement. Of any number of parallel answers D1 evaluates
 * five, and one correct answer consumes the challenge. The statement compares keyed hashes, so its timing
 * reveals nothing about the code. `where`: a further condition for the evaluation.
 */
export function consumeAttempt(db: Database, answer: ChallengeAnswer, where: SQL | undefined) {
  const isCorrect = inArray(oneTimeCodes.codeHash, [...answer.codeHashes]);
  return db
    .update(oneTimeCodes)
    .set({
      tries: sql`${oneTimeCodes.tries} + 1`,
      attempt: answer.attempt,
      consumedAt: sql`CASE WHEN ${isCorrect} THEN ${answer.now} END`,
    })
    .where(
      and(
        eq(oneTimeCodes.id, answer.challengeId),
        eq(oneTimeCodes.purpose, answer.purpose),
        isNull(oneTimeCodes.consumedAt),
        gt(oneTimeCodes.expiresAt, answer.now),
        lt(oneTimeCodes.tries, MAX_OTP_ATTEMPTS),
        notExists(lockoutOf(db, oneTimeCodes.lockoutKey, answer.now)),
        where,
      ),
    );
}

/** Whether the batch evaluated this answer as correct. */
export const codeWasCorrect = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(
    eq(oneTimeCodes.id, challengeId),
    eq(oneTimeCodes.attempt, attempt),
    sql`${oneTimeCodes.consumedAt} IS NOT NULL`,
  );

/** Whether the batch evaluated this answer as wrong. */
export const codeWasWrong = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(eq(oneTimeCodes.id, challengeId), eq(oneTimeCodes.attempt, attempt), isNull(oneTimeCodes.consumedAt));

/** Counts a wrong answer for its lockout. A new code does not reset that count (NIST SP 800-63B-4 §3.1.3.2). */
export const countWrongAnswer = (db: Database, answer: ChallengeAnswer) =>
  insertFrom(
    db,
    attemptCounters,
    firstFailure(sql`${oneTimeCodes.lockoutKey}`, answer.now),
    oneTimeCodes,
    codeWasWrong(answer),
  ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(answer.now) });

/** The instant at which the lockout of a challenge ends, after the earlier statements of the batch. */
export const lockoutOfCode = (db: Database, challengeId: string) =>
  db
    .select({ until: attemptCounters.lockedUntil })
    .from(oneTimeCodes)
    .innerJoin(attemptCounters, eq(attemptCounters.key, oneTimeCodes.lockoutKey))
    .where(eq(oneTimeCodes.id, challengeId));
