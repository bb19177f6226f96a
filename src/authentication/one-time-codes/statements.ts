import { and, eq, gt, inArray, isNull, lt, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { attemptCounters, oneTimeCodes } from "../../db/schema.ts";
import { firstFailure, lockoutOf, oneMoreFailure } from "../lockout/statements.ts";
import { MAX_OTP_ATTEMPTS, type NewOneTimeCodeChallenge, type OneTimeCodePurpose } from "./one-time-code.ts";

export const oneTimeCodeRow = (draft: NewOneTimeCodeChallenge, accountId: string) => ({
  ...draft,
  amr: draft.amr ?? "",
  accountId,
  tries: 0,
  attempt: null,
  consumedAt: null,
});

/** Ends what is open of an account: a newer challenge, or a changed password, takes its place. */
export const voidOneTimeCodes = (db: Database, whose: SQL) => db.delete(oneTimeCodes).where(whose);

export type ChallengeAnswer = {
  readonly challengeId: string;
  readonly purpose: OneTimeCodePurpose;
  /** Names this answer, for the later statements of its batch. */
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  readonly now: number;
};

/**
 * Spends a try and judges the answer in one statement: of any number at once five are evaluated, and
 * one right one consumes. Keyed hashes are compared, so their comparison tells a guesser nothing.
 * `where`: what else has to hold for the answer to be evaluated at all.
 */
export function consumeAttempt(db: Database, answer: ChallengeAnswer, where: SQL | undefined) {
  const right = inArray(oneTimeCodes.codeHash, [...answer.codeHashes]);
  return db
    .update(oneTimeCodes)
    .set({
      tries: sql`${oneTimeCodes.tries} + 1`,
      attempt: answer.attempt,
      consumedAt: sql`CASE WHEN ${right} THEN ${answer.now} END`,
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

/** Whether this very answer was evaluated, and was right. */
export const codeWasRight = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(
    eq(oneTimeCodes.id, challengeId),
    eq(oneTimeCodes.attempt, attempt),
    sql`${oneTimeCodes.consumedAt} IS NOT NULL`,
  );

/** Whether this very answer was evaluated, and was wrong. */
export const codeWasWrong = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(eq(oneTimeCodes.id, challengeId), eq(oneTimeCodes.attempt, attempt), isNull(oneTimeCodes.consumedAt));

/** Counts a wrong answer for its lock. A new code does not reset that count (NIST SP 800-63B-4 §3.1.3.2). */
export const countWrongAnswer = (db: Database, answer: ChallengeAnswer) =>
  insertFrom(
    db,
    attemptCounters,
    firstFailure(sql`${oneTimeCodes.lockoutKey}`, answer.now),
    oneTimeCodes,
    codeWasWrong(answer),
  ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(answer.now) });

/** Until when the lock of a challenge is shut, as the batch left it. */
export const lockoutOfCode = (db: Database, challengeId: string) =>
  db
    .select({ until: attemptCounters.lockedUntil })
    .from(oneTimeCodes)
    .innerJoin(attemptCounters, eq(attemptCounters.key, oneTimeCodes.lockoutKey))
    .where(eq(oneTimeCodes.id, challengeId));
