import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { ChallengeDraft } from "../challenges/challenge.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import { ownerMaySignIn } from "./active-owner.ts";
import { lockOf, releaseAttempt } from "./attempt-counters.ts";
import {
  answeredRight,
  answeredWrong,
  challengeRow,
  countWrongAnswer,
  lockOfChallenge,
  spendTry,
  voidChallenges,
} from "./challenges.ts";
import { type CheckedPassword, stillChecked } from "./checked-password.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { isNews } from "./new-device.ts";
import { AFTER_PASSWORD, ALWAYS, HOURLY, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, attemptCounters, auditEvents, challenges, sessions } from "./schema.ts";

type ChallengeOpening = CheckedPassword & { readonly challenge: ChallengeDraft; readonly mail: MessageDraft };

type SecondStep = {
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  readonly session: Omit<SessionDraft, "accountId">;
  readonly audit: AuditDraft;
  readonly newDeviceNotice: MessageDraft;
  /** To the owner, where this answer is the failure that shuts the lock. */
  readonly lockNotice: MessageDraft;
  readonly now: number;
};

/** What an answer came to: the account that it signed in, a failure, or a lock until an instant. */
type SecondStepOutcome =
  | { readonly kind: "signed_in"; readonly account: Account }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function secondStepStorage(db: Database, caps: SendCaps) {
  return {
    /** Opens a challenge in place of any earlier one; `send_cap` when no code may be sent now. */
    async openChallenge(draft: ChallengeOpening): Promise<"opened" | "send_cap" | "changed_meanwhile"> {
      const { challenge, mail, accountId } = draft;
      const sent = and(stillChecked(draft), queued(db, mail));
      const stale = and(
        eq(challenges.accountId, accountId),
        eq(challenges.purpose, challenge.purpose),
        queued(db, mail),
      ) as SQL;
      const results = await db.batch([
        ...queueMessage(db, {
          draft: mail,
          accountId,
          now: draft.now,
          limits: AFTER_PASSWORD,
          caps,
          source: accounts,
          where: stillChecked(draft),
        }),
        voidChallenges(db, stale),
        insertFrom(db, challenges, challengeRow(challenge, accountId), accounts, sent),
        releaseAttempt(
          db,
          draft.lockKey,
          exists(db.select({ one: sql`1` }).from(accounts).where(stillChecked(draft))),
        ),
        db.select({ id: accounts.id }).from(accounts).where(stillChecked(draft)),
        db.select({ id: challenges.id }).from(challenges).where(eq(challenges.id, challenge.id)),
        ...(draft.rehash === null
          ? []
          : [db.update(accounts).set({ passwordHash: draft.rehash }).where(stillChecked(draft))]),
      ]);
      if (results[6].length > 0) return "opened";
      return results[5].length > 0 ? "send_cap" : "changed_meanwhile";
    },

    /** Answers a challenge, and signs in if the code is right: one batch, all of it or nothing. */
    async answerChallenge(draft: SecondStep): Promise<SecondStepOutcome> {
      const answer = { ...draft, purpose: "login" } as const;
      const right = answeredRight(answer);
      const ownerId = sql`${challenges.accountId}`;
      const results = await db.batch([
        spendTry(db, answer, ownerMaySignIn(db, challenges.accountId)),
        insertFrom(db, sessions, sessionRow(draft.session, ownerId), challenges, right),
        insertFrom(db, auditEvents, auditRow(draft.audit, ownerId), challenges, right),
        ...queueMessage(db, {
          draft: draft.newDeviceNotice,
          accountId: ownerId,
          now: draft.now,
          limits: ALWAYS,
          caps,
          source: challenges,
          where: and(right, eq(challenges.newDevice, true), isNews(db, draft.session, ownerId, draft.audit)),
        }),
        db
          .delete(attemptCounters)
          .where(
            sql`${attemptCounters.key} IN (SELECT ${challenges.lockKey} FROM ${challenges} WHERE ${right})`,
          ),
        countWrongAnswer(db, answer),
        ...queueMessage(db, {
          draft: draft.lockNotice,
          accountId: ownerId,
          now: draft.now,
          limits: HOURLY,
          caps,
          source: challenges,
          where: and(answeredWrong(answer), exists(lockOf(db, challenges.lockKey, draft.now))),
        }),
        db
          .select({ id: challenges.accountId, ...accountColumns })
          .from(challenges)
          .innerJoin(accounts, eq(accounts.id, challenges.accountId))
          .where(right),
        lockOfChallenge(db, draft.challengeId),
      ]);
      const account = results[9][0];
      if (account) return { kind: "signed_in", account };
      const until = results[10][0]?.until ?? 0;
      return until > draft.now ? { kind: "locked", until } : { kind: "refused" };
    },
  };
}
