import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { ChallengeDraft } from "../challenges/challenge.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import type { FirstStep } from "../sign-in/first-step.ts";
import { ownerMaySignIn } from "./active-owner.ts";
import { lockOf, readLock, releaseAttempt } from "./attempt-counters.ts";
import {
  answeredRight,
  answeredWrong,
  challengeRow,
  countWrongAnswer,
  lockOfChallenge,
  spendTry,
  voidChallenges,
} from "./challenges.ts";
import type { Database } from "./database.ts";
import { rehashed, stillProven, takeFirstStep, whyNot } from "./first-step.ts";
import { insertFrom } from "./insert-from.ts";
import { isNews } from "./new-device.ts";
import { AFTER_PASSWORD, ALWAYS, HOURLY, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, attemptCounters, auditEvents, challenges, sessions } from "./schema.ts";
import { endSurplus } from "./sessions.ts";

type ChallengeOpening = {
  readonly step: FirstStep;
  readonly challenge: ChallengeDraft;
  readonly mail: MessageDraft;
};

type SecondStep = {
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** Its methods are those of the second step; the challenge knows those of the first. */
  readonly session: Omit<SessionDraft, "accountId">;
  readonly audit: AuditDraft;
  readonly newDeviceNotice: MessageDraft;
  /** To the owner, where this answer is the failure that shuts the lock. */
  readonly lockNotice: MessageDraft;
  readonly now: number;
};

type ChallengeOpened =
  | { readonly kind: "opened" | "send_cap" | "changed_meanwhile" }
  | { readonly kind: "locked"; readonly until: number };

/** What an answer came to: the account that it signed in, a failure, or a lock until an instant. */
type SecondStepOutcome =
  | { readonly kind: "signed_in"; readonly account: Account; readonly amr: readonly string[] }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function secondStepStorage(db: Database, caps: SendCaps) {
  return {
    /** Opens a challenge in place of any earlier one; `send_cap` when no code may be sent now. */
    async openChallenge({ step, challenge, mail }: ChallengeOpening): Promise<ChallengeOpened> {
      const { accountId, now } = step;
      const proven = stillProven(db, step);
      const isProven = db.select({ id: accounts.id }).from(accounts).where(proven);
      const sent = and(proven, queued(db, mail));
      const stale = and(
        eq(challenges.accountId, accountId),
        eq(challenges.purpose, challenge.purpose),
        queued(db, mail),
      ) as SQL;
      const before = takeFirstStep(db, caps, step);
      const results = await db.batch([
        readLock(db, step.lockKey),
        ...before,
        ...queueMessage(db, {
          draft: mail,
          accountId,
          now,
          limits: AFTER_PASSWORD,
          caps,
          source: accounts,
          where: proven,
        }),
        voidChallenges(db, stale),
        insertFrom(db, challenges, challengeRow(challenge, accountId), accounts, sent),
        isProven,
        db.select({ id: challenges.id }).from(challenges).where(eq(challenges.id, challenge.id)),
        ...(step.by === "password" ? [releaseAttempt(db, step.lockKey, exists(isProven))] : []),
        ...rehashed(db, step),
      ]);
      // However many statements the first step had, these two stand five and six after the last of them.
      const [found, opened] = results.slice(before.length + 5) as { id: string }[][];
      if (opened?.length) return { kind: "opened" };
      return found?.length ? { kind: "send_cap" } : whyNot(step, results[0]);
    },

    /** Answers a challenge, and signs in if the code is right: one batch, all of it or nothing. */
    async answerChallenge(draft: SecondStep): Promise<SecondStepOutcome> {
      const answer = { ...draft, purpose: "login" } as const;
      const right = answeredRight(answer);
      const ownerId = sql`${challenges.accountId}`;
      const amr = sql<string>`${challenges.amr} || ' ' || ${draft.session.amr.join(" ")}`;
      const details = sql`json_set(${JSON.stringify(draft.audit.details)}, '$.amr', ${amr})`;
      const results = await db.batch([
        spendTry(db, answer, ownerMaySignIn(db, challenges.accountId)),
        insertFrom(db, sessions, { ...sessionRow(draft.session, ownerId), amr }, challenges, right),
        insertFrom(db, auditEvents, { ...auditRow(draft.audit, ownerId), details }, challenges, right),
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
          .select({ id: challenges.accountId, ...accountColumns, amr: amr.as("amr") })
          .from(challenges)
          .innerJoin(accounts, eq(accounts.id, challenges.accountId))
          .where(right),
        lockOfChallenge(db, draft.challengeId),
        endSurplus(db, sql`(SELECT ${ownerId} FROM ${challenges} WHERE ${right})`, draft.now),
      ]);
      const row = results[9][0];
      if (row) {
        const { amr: methods, ...account } = row;
        return { kind: "signed_in", account, amr: methods.split(" ") };
      }
      const until = results[10][0]?.until ?? 0;
      return until > draft.now ? { kind: "locked", until } : { kind: "refused" };
    },
  };
}
