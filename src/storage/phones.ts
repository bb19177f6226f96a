import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { AuditDraft } from "../audit/event.ts";
import type { ChallengeDraft } from "../challenges/challenge.ts";
import type { MessageDraft } from "../outbox/message.ts";
import { readLock } from "./attempt-counters.ts";
import {
  answeredRight,
  type ChallengeAnswer,
  challengeRow,
  countWrongAnswer,
  spendTry,
  voidChallenges,
} from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { latestSend, retryAt } from "./latest-send.ts";
import { ALWAYS, ASKED_FOR, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { auditRow } from "./rows.ts";
import { accounts, auditEvents, challenges } from "./schema.ts";

type PhoneRequest = {
  readonly accountId: string;
  readonly phone: string;
  readonly challenge: ChallengeDraft;
  readonly text: MessageDraft;
  /** To the owner, where a proven number is lost. */
  readonly lossNotice: MessageDraft;
  readonly audit: AuditDraft;
  readonly now: number;
};

type PhoneAnswer = {
  readonly accountId: string;
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** The lock of whoever answers. */
  readonly lockKey: string;
  /** To the owner, where the number was not proven before. */
  readonly notice: MessageDraft;
  readonly audit: AuditDraft;
  readonly now: number;
};

type PhoneRemoval = {
  readonly accountId: string;
  readonly lossNotice: MessageDraft;
  readonly audit: AuditDraft;
  readonly now: number;
};

type PhoneAnswerOutcome =
  | { readonly kind: "verified"; readonly phone: string }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function phoneStorage(db: Database, caps: SendCaps) {
  const notice = (draft: MessageDraft, accountId: string, now: number, where: SQL | undefined) =>
    queueMessage(db, { draft, accountId, now, limits: ALWAYS, caps, source: accounts, where });
  return {
    /** Texts a code; only where the text is queued does anything else happen. */
    async ask(
      draft: PhoneRequest,
    ): Promise<{ kind: "asked" } | { kind: "send_cap"; retryAt: number } | { kind: "account_not_active" }> {
      const { accountId, phone, text, now } = draft;
      const own = activeAccount(accountId);
      const texted = and(own, queued(db, text));
      // IS NOT, for an account that has none.
      const differs = sql`${accounts.phone} IS NOT ${phone}`;
      const results = await db.batch([
        db.select({ id: accounts.id }).from(accounts).where(own),
        latestSend(db, accountId, text, now),
        ...queueMessage(db, {
          draft: text,
          accountId,
          now,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: own,
        }),
        // Before the UPDATE, while the condition still holds.
        ...notice(
          draft.lossNotice,
          accountId,
          now,
          and(texted, isNotNull(accounts.phoneVerifiedAt), differs),
        ),
        db.update(accounts).set({ phone, phoneVerifiedAt: null, updatedAt: now }).where(and(texted, differs)),
        voidChallenges(db, and(phoneChallengesOf(accountId), queued(db, text)) as SQL),
        insertFrom(db, challenges, challengeRow(draft.challenge, accountId), accounts, texted),
        insertFrom(db, auditEvents, auditRow(draft.audit, accountId), accounts, texted),
        db.select({ id: challenges.id }).from(challenges).where(eq(challenges.id, draft.challenge.id)),
      ]);
      if (results[10].length > 0) return { kind: "asked" };
      if (results[0].length === 0) return { kind: "account_not_active" };
      return { kind: "send_cap", retryAt: retryAt(results[1], now) };
    },

    /** Spends a try, judges the answer and proves the number if it is right: one batch, all of it or nothing. */
    async answer(draft: PhoneAnswer): Promise<PhoneAnswerOutcome> {
      const { accountId, now } = draft;
      const answer: ChallengeAnswer = { ...draft, purpose: "phone" };
      const right = answeredRight(answer);
      const proven = and(
        eq(accounts.id, accountId),
        sql`EXISTS ${db.select({ one: sql`1` }).from(challenges).where(right)}`,
      );
      const stillTheirs = db
        .select({ one: sql`1` })
        .from(accounts)
        .where(and(activeAccount(accountId), eq(accounts.phone, challenges.phone)));
      const results = await db.batch([
        spendTry(db, answer, and(eq(challenges.accountId, accountId), sql`EXISTS ${stillTheirs}`)),
        ...notice(draft.notice, accountId, now, and(proven, isNull(accounts.phoneVerifiedAt))),
        db.update(accounts).set({ phoneVerifiedAt: now, updatedAt: now }).where(proven),
        insertFrom(db, auditEvents, auditRow(draft.audit, accountId), challenges, right),
        countWrongAnswer(db, answer),
        db.select({ phone: challenges.phone }).from(challenges).where(right),
        readLock(db, draft.lockKey),
      ]);
      const phone = results[6][0]?.phone;
      if (phone) return { kind: "verified", phone };
      // The caller's own lock: that of the challenge might be somebody else's.
      const until = results[7][0]?.lockedUntil ?? 0;
      return until > now ? { kind: "locked", until } : { kind: "refused" };
    },

    /** Takes the number off, with what proved it and what was about to. */
    async remove(draft: PhoneRemoval): Promise<void> {
      const { accountId, now } = draft;
      const own = and(activeAccount(accountId), isNotNull(accounts.phone));
      await db.batch([
        ...notice(draft.lossNotice, accountId, now, and(own, isNotNull(accounts.phoneVerifiedAt))),
        insertFrom(db, auditEvents, auditRow(draft.audit, accountId), accounts, own),
        voidChallenges(db, phoneChallengesOf(accountId) as SQL),
        db.update(accounts).set({ phone: null, phoneVerifiedAt: null, updatedAt: now }).where(own),
      ]);
    },
  };
}

const activeAccount = (accountId: string) => and(eq(accounts.id, accountId), eq(accounts.status, "active"));

const phoneChallengesOf = (accountId: string) =>
  and(eq(challenges.accountId, accountId), eq(challenges.purpose, "phone"));
