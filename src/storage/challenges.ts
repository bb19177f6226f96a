import { and, eq, gt, inArray, isNull, lt, notExists, type SQL, sql } from "drizzle-orm";
import { type ChallengeDraft, type ChallengePurpose, MAX_TRIES } from "../challenges/challenge.ts";
import type { MessageDraft } from "../outbox/message.ts";
import { firstFailure, lockOf, oneMoreFailure } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { ASKED_FOR, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { attemptCounters, challenges } from "./schema.ts";

type Resend = {
  readonly challengeId: string;
  readonly codeHash: string;
  readonly expiresAt: number;
  readonly mail: MessageDraft;
  readonly now: number;
};

export function challengeStorage(db: Database, caps: SendCaps) {
  return {
    /**
     * Mails a new code for a live login, and voids the earlier one. The same statements for a
     * challenge that is not there; nothing comes back that could tell.
     */
    async resend(draft: Resend): Promise<void> {
      const live = and(
        eq(challenges.id, draft.challengeId),
        eq(challenges.purpose, "login"),
        isNull(challenges.consumedAt),
        gt(challenges.expiresAt, draft.now),
      );
      await db.batch([
        ...queueMessage(db, {
          draft: draft.mail,
          accountId: sql`${challenges.accountId}`,
          now: draft.now,
          limits: ASKED_FOR,
          caps,
          source: challenges,
          where: live,
        }),
        db
          .update(challenges)
          .set({ codeHash: draft.codeHash, tries: 0, expiresAt: draft.expiresAt })
          .where(and(live, queued(db, draft.mail))),
      ]);
    },
  };
}

export const challengeRow = (draft: ChallengeDraft, accountId: string) => ({
  ...draft,
  amr: draft.amr ?? "",
  accountId,
  tries: 0,
  attempt: null,
  consumedAt: null,
});

/** Ends what is open of an account: a newer challenge, or a changed password, takes its place. */
export const voidChallenges = (db: Database, whose: SQL) => db.delete(challenges).where(whose);

export type ChallengeAnswer = {
  readonly challengeId: string;
  readonly purpose: ChallengePurpose;
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
export function spendTry(db: Database, answer: ChallengeAnswer, where: SQL | undefined) {
  const right = inArray(challenges.codeHash, [...answer.codeHashes]);
  return db
    .update(challenges)
    .set({
      tries: sql`${challenges.tries} + 1`,
      attempt: answer.attempt,
      consumedAt: sql`CASE WHEN ${right} THEN ${answer.now} END`,
    })
    .where(
      and(
        eq(challenges.id, answer.challengeId),
        eq(challenges.purpose, answer.purpose),
        isNull(challenges.consumedAt),
        gt(challenges.expiresAt, answer.now),
        lt(challenges.tries, MAX_TRIES),
        notExists(lockOf(db, challenges.lockKey, answer.now)),
        where,
      ),
    );
}

/** Whether this very answer was evaluated, and was right. */
export const answeredRight = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(
    eq(challenges.id, challengeId),
    eq(challenges.attempt, attempt),
    sql`${challenges.consumedAt} IS NOT NULL`,
  );

/** Whether this very answer was evaluated, and was wrong. */
export const answeredWrong = ({ challengeId, attempt }: ChallengeAnswer): SQL | undefined =>
  and(eq(challenges.id, challengeId), eq(challenges.attempt, attempt), isNull(challenges.consumedAt));

/** Counts a wrong answer for its lock. A new code does not reset that count (NIST SP 800-63B-4 §3.1.3.2). */
export const countWrongAnswer = (db: Database, answer: ChallengeAnswer) =>
  insertFrom(
    db,
    attemptCounters,
    firstFailure(sql`${challenges.lockKey}`, answer.now),
    challenges,
    answeredWrong(answer),
  ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(answer.now) });

/** Until when the lock of a challenge is shut, as the batch left it. */
export const lockOfChallenge = (db: Database, challengeId: string) =>
  db
    .select({ until: attemptCounters.lockedUntil })
    .from(challenges)
    .innerJoin(attemptCounters, eq(attemptCounters.key, challenges.lockKey))
    .where(eq(challenges.id, challengeId));
