import { and, eq, gt, inArray, isNull, lt, notExists, type SQL, sql } from "drizzle-orm";
import { type ChallengeDraft, MAX_TRIES } from "../challenges/challenge.ts";
import type { MailDraft } from "../mail/message.ts";
import { ownerMaySignIn } from "./active-owner.ts";
import { lockOf } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { ASKED_FOR, queued, queueMail, type SendCaps } from "./queue-mail.ts";
import { challenges } from "./schema.ts";

type Resend = {
  readonly challengeId: string;
  readonly codeHash: string;
  readonly expiresAt: number;
  readonly mail: MailDraft;
  readonly now: number;
};

export function challengeStorage(db: Database, caps: SendCaps) {
  return {
    /**
     * Sends a new code for a live challenge, and voids the earlier one. The same statements for a
     * challenge that is not there; nothing comes back that could tell.
     */
    async resend(draft: Resend): Promise<void> {
      const live = and(
        eq(challenges.id, draft.challengeId),
        isNull(challenges.consumedAt),
        gt(challenges.expiresAt, draft.now),
      );
      await db.batch([
        ...queueMail(db, {
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
  accountId,
  tries: 0,
  attempt: null,
  consumedAt: null,
});

/** Ends what is open of an account: a newer challenge, or a changed password, takes its place. */
export const voidChallenges = (db: Database, whose: SQL) => db.delete(challenges).where(whose);

type Answer = {
  readonly challengeId: string;
  /** Names this answer, for the later statements of its batch. */
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  readonly now: number;
};

/**
 * Spends a try and judges the answer in one statement: of any number at once five are evaluated, and
 * one right one consumes. Keyed hashes are compared, so their comparison tells a guesser nothing.
 */
export function spendTry(db: Database, answer: Answer) {
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
        isNull(challenges.consumedAt),
        gt(challenges.expiresAt, answer.now),
        lt(challenges.tries, MAX_TRIES),
        notExists(lockOf(db, challenges.lockKey, answer.now)),
        ownerMaySignIn(db, challenges.accountId),
      ),
    );
}

/** Whether this very answer was evaluated, and was right. */
export const answeredRight = ({ challengeId, attempt }: Answer): SQL | undefined =>
  and(
    eq(challenges.id, challengeId),
    eq(challenges.attempt, attempt),
    sql`${challenges.consumedAt} IS NOT NULL`,
  );

/** Whether this very answer was evaluated, and was wrong. */
export const answeredWrong = ({ challengeId, attempt }: Answer): SQL | undefined =>
  and(eq(challenges.id, challengeId), eq(challenges.attempt, attempt), isNull(challenges.consumedAt));
