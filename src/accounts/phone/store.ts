import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { readLockout } from "../../authentication/lockout/statements.ts";
import type { NewOneTimeCodeChallenge } from "../../authentication/one-time-codes/one-time-code.ts";
import {
  type ChallengeAnswer,
  codeWasRight,
  consumeAttempt,
  countWrongAnswer,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../../authentication/one-time-codes/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents, oneTimeCodes } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  ALWAYS,
  ASKED_FOR,
  latestSend,
  queued,
  queueMessage,
  retryAt,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";

type PhoneRequest = {
  readonly accountId: string;
  readonly phone: string;
  readonly challenge: NewOneTimeCodeChallenge;
  readonly text: NewMessage;
  /** To the owner, where a proven number is lost. */
  readonly lossNotice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PhoneAnswer = {
  readonly accountId: string;
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** The lock of whoever answers. */
  readonly lockoutKey: string;
  /** To the owner, where the number was not proven before. */
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PhoneRemoval = {
  readonly accountId: string;
  readonly lossNotice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PhoneAnswerOutcome =
  | { readonly kind: "verified"; readonly phone: string }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function phoneStore(db: Database, caps: SendCaps) {
  const notice = (draft: NewMessage, accountId: string, now: number, where: SQL | undefined) =>
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
        voidOneTimeCodes(db, and(phoneChallengesOf(accountId), queued(db, text)) as SQL),
        insertFrom(db, oneTimeCodes, oneTimeCodeRow(draft.challenge, accountId), accounts, texted),
        insertFrom(db, auditEvents, auditRow(draft.audit, accountId), accounts, texted),
        db.select({ id: oneTimeCodes.id }).from(oneTimeCodes).where(eq(oneTimeCodes.id, draft.challenge.id)),
      ]);
      if (results[10].length > 0) return { kind: "asked" };
      if (results[0].length === 0) return { kind: "account_not_active" };
      return { kind: "send_cap", retryAt: retryAt(results[1], now) };
    },

    /** Spends a try, judges the answer and proves the number if it is right: one batch, all of it or nothing. */
    async answer(draft: PhoneAnswer): Promise<PhoneAnswerOutcome> {
      const { accountId, now } = draft;
      const answer: ChallengeAnswer = { ...draft, purpose: "phone" };
      const right = codeWasRight(answer);
      const proven = and(
        eq(accounts.id, accountId),
        sql`EXISTS ${db.select({ one: sql`1` }).from(oneTimeCodes).where(right)}`,
      );
      const stillTheirs = db
        .select({ one: sql`1` })
        .from(accounts)
        .where(and(activeAccount(accountId), eq(accounts.phone, oneTimeCodes.phone)));
      const results = await db.batch([
        consumeAttempt(db, answer, and(eq(oneTimeCodes.accountId, accountId), sql`EXISTS ${stillTheirs}`)),
        ...notice(draft.notice, accountId, now, and(proven, isNull(accounts.phoneVerifiedAt))),
        db.update(accounts).set({ phoneVerifiedAt: now, updatedAt: now }).where(proven),
        insertFrom(db, auditEvents, auditRow(draft.audit, accountId), oneTimeCodes, right),
        countWrongAnswer(db, answer),
        db.select({ phone: oneTimeCodes.phone }).from(oneTimeCodes).where(right),
        readLockout(db, draft.lockoutKey),
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
        voidOneTimeCodes(db, phoneChallengesOf(accountId) as SQL),
        db.update(accounts).set({ phone: null, phoneVerifiedAt: null, updatedAt: now }).where(own),
      ]);
    },
  };
}

const activeAccount = (accountId: string) => and(eq(accounts.id, accountId), eq(accounts.status, "active"));

const phoneChallengesOf = (accountId: string) =>
  and(eq(oneTimeCodes.accountId, accountId), eq(oneTimeCodes.purpose, "phone"));
