import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { ChallengeDraft } from "../challenges/challenge.ts";
import type { MailDraft } from "../mail/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import { firstFailure, lockOf, oneMoreFailure, releaseAttempt } from "./attempt-counters.ts";
import { answeredRight, answeredWrong, challengeRow, spendTry, voidChallenges } from "./challenges.ts";
import { type CheckedPassword, stillChecked } from "./checked-password.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { isNews } from "./new-device.ts";
import { AFTER_PASSWORD, ALWAYS, HOURLY, queued, queueMail, type SendCaps } from "./queue-mail.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, attemptCounters, auditEvents, challenges, sessions } from "./schema.ts";

type ChallengeOpening = CheckedPassword & { readonly challenge: ChallengeDraft; readonly mail: MailDraft };

type SecondStep = {
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  readonly session: Omit<SessionDraft, "accountId">;
  readonly audit: AuditDraft;
  readonly newDeviceNotice: MailDraft;
  /** To the owner, where this answer is the failure that shuts the lock. */
  readonly lockNotice: MailDraft;
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
        ...queueMail(db, {
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
      const right = answeredRight(draft);
      const ownerId = sql`${challenges.accountId}`;
      const results = await db.batch([
        spendTry(db, draft),
        insertFrom(db, sessions, sessionRow(draft.session, ownerId), challenges, right),
        insertFrom(db, auditEvents, auditRow(draft.audit, ownerId), challenges, right),
        ...queueMail(db, {
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
        // A new code does not reset this count (NIST SP 800-63B-4 §3.1.3.2).
        insertFrom(
          db,
          attemptCounters,
          firstFailure(sql`${challenges.lockKey}`, draft.now),
          challenges,
          answeredWrong(draft),
        ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(draft.now) }),
        ...queueMail(db, {
          draft: draft.lockNotice,
          accountId: ownerId,
          now: draft.now,
          limits: HOURLY,
          caps,
          source: challenges,
          where: and(answeredWrong(draft), exists(lockOf(db, challenges.lockKey, draft.now))),
        }),
        db
          .select({ id: challenges.accountId, ...accountColumns })
          .from(challenges)
          .innerJoin(accounts, eq(accounts.id, challenges.accountId))
          .where(right),
        db
          .select({ until: attemptCounters.lockedUntil })
          .from(challenges)
          .innerJoin(attemptCounters, eq(attemptCounters.key, challenges.lockKey))
          .where(eq(challenges.id, draft.challengeId)),
      ]);
      const account = results[9][0];
      if (account) return { kind: "signed_in", account };
      const until = results[10][0]?.until ?? 0;
      return until > draft.now ? { kind: "locked", until } : { kind: "refused" };
    },
  };
}
