import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { readLockout } from "../../authentication/lockout/attempt-counter-statements.ts";
import type { NewOneTimeCodeChallenge } from "../../authentication/one-time-codes/one-time-code.ts";
import {
  type CodeAttempt,
  codeWasCorrect,
  consumeAttempt,
  countWrongCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../../authentication/one-time-codes/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, oneTimeCodes } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  isInOutbox,
  latestSend,
  NO_SEND_LIMITS,
  queueMessage,
  REQUESTED_MESSAGE_LIMITS,
  retryAt,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import type { ClientLimit } from "../../rate-limit/client-limits.ts";
import {
  clientRetryAt,
  countClientRequest,
  readClientCounters,
  withinClientLimits,
} from "../../rate-limit/statements.ts";

type PhoneVerificationRequest = {
  readonly accountId: string;
  readonly phone: string;
  readonly challenge: NewOneTimeCodeChallenge;
  readonly text: NewMessage;
  /** Mail to the user, if a verified number is replaced. */
  readonly removalNotice: NewMessage;
  /** The exact limits of the client. */
  readonly clientLimits: readonly ClientLimit[];
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PhoneVerificationAttempt = {
  readonly accountId: string;
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** The lockout counter of the caller. */
  readonly lockoutKey: string;
  /** Mail to the user, if the number was unverified. */
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PhoneRemoval = {
  readonly accountId: string;
  readonly removalNotice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type RequestOutcome =
  | { readonly kind: "requested" | "account_not_active" }
  /** `retryAt`: an instant. */
  | { readonly kind: "send_cap"; readonly retryAt: number };

type VerificationOutcome =
  | { readonly kind: "verified"; readonly phone: string }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export type PhoneStore = ReturnType<typeof phoneStore>;

export function phoneStore(db: Database, caps: SendCaps) {
  const notice = (message: NewMessage, accountId: string, now: number, where: SQL | undefined) =>
    queueMessage(db, {
      message: message,
      accountId,
      now,
      limits: NO_SEND_LIMITS,
      caps,
      source: accounts,
      where,
    });
  return {
    /** Queues the text. Every other statement applies only if the text was queued. */
    async requestVerification(request: PhoneVerificationRequest): Promise<RequestOutcome> {
      const { accountId, phone, text, clientLimits, now } = request;
      const owner = activeAccount(accountId);
      const texted = and(owner, isInOutbox(db, text));
      // IS NOT also matches an account without a number.
      const differs = sql`${accounts.phone} IS NOT ${phone}`;
      const { owners, latest, requested, counters } = await runBatch(db, {
        client: countClientRequest(db, clientLimits, now),
        counters: readClientCounters(db, clientLimits),
        owners: db.select({ id: accounts.id }).from(accounts).where(owner),
        latest: latestSend(db, accountId, text, now),
        text: queueMessage(db, {
          message: text,
          accountId,
          now,
          limits: REQUESTED_MESSAGE_LIMITS,
          caps,
          source: accounts,
          where: and(owner, withinClientLimits(clientLimits)),
        }),
        // Before the UPDATE, which makes the condition false.
        notice: notice(
          request.removalNotice,
          accountId,
          now,
          and(texted, isNotNull(accounts.phoneVerifiedAt), differs),
        ),
        account: db
          .update(accounts)
          .set({ phone, phoneVerifiedAt: null, updatedAt: now })
          .where(and(texted, differs)),
        earlierCodes: voidOneTimeCodes(db, and(phoneChallengesOf(accountId), isInOutbox(db, text)) as SQL),
        code: insertFrom(db, oneTimeCodes, oneTimeCodeRow(request.challenge, accountId), accounts, texted),
        audit: insertFrom(db, auditEvents, auditRow(request.audit, accountId), accounts, texted),
        requested: db
          .select({ id: oneTimeCodes.id })
          .from(oneTimeCodes)
          .where(eq(oneTimeCodes.id, request.challenge.id)),
      });
      if (requested.length > 0) return { kind: "requested" };
      if (owners.length === 0) return { kind: "account_not_active" };
      const clientMayRetryAt = clientRetryAt(counters, clientLimits);
      return { kind: "send_cap", retryAt: clientMayRetryAt ?? retryAt(latest, now) };
    },

    /** Counts the attempt, compares the code and verifies the number if it is correct, in one batch. */
    async verify(attempt: PhoneVerificationAttempt): Promise<VerificationOutcome> {
      const { accountId, now } = attempt;
      const answer: CodeAttempt = { ...attempt, purpose: "phone" };
      const correct = codeWasCorrect(answer);
      const verified = and(
        eq(accounts.id, accountId),
        sql`EXISTS ${db.select({ one: sql`1` }).from(oneTimeCodes).where(correct)}`,
      );
      const numberUnchanged = db
        .select({ one: sql`1` })
        .from(accounts)
        .where(and(activeAccount(accountId), eq(accounts.phone, oneTimeCodes.phone)));
      const { verifiedCode, lockout } = await runBatch(db, {
        attempt: consumeAttempt(
          db,
          answer,
          and(eq(oneTimeCodes.accountId, accountId), sql`EXISTS ${numberUnchanged}`),
        ),
        notice: notice(attempt.notice, accountId, now, and(verified, isNull(accounts.phoneVerifiedAt))),
        account: db.update(accounts).set({ phoneVerifiedAt: now, updatedAt: now }).where(verified),
        audit: insertFrom(db, auditEvents, auditRow(attempt.audit, accountId), oneTimeCodes, correct),
        wrongAnswer: countWrongCode(db, answer),
        verifiedCode: db.select({ phone: oneTimeCodes.phone }).from(oneTimeCodes).where(correct),
        lockout: readLockout(db, attempt.lockoutKey),
      });
      const phone = verifiedCode[0]?.phone;
      if (phone) return { kind: "verified", phone };
      // The caller's own lockout: the challenge could belong to another account.
      const until = lockout[0]?.lockedUntil ?? 0;
      return until > now ? { kind: "locked", until } : { kind: "refused" };
    },

    /** Removes the number, its verification and its codes. */
    async remove(removal: PhoneRemoval): Promise<void> {
      const { accountId, now } = removal;
      const hasNumber = and(activeAccount(accountId), isNotNull(accounts.phone));
      const hasVerifiedNumber = and(hasNumber, isNotNull(accounts.phoneVerifiedAt));
      await runBatch(db, {
        notice: notice(removal.removalNotice, accountId, now, hasVerifiedNumber),
        audit: insertFrom(db, auditEvents, auditRow(removal.audit, accountId), accounts, hasNumber),
        codes: voidOneTimeCodes(db, phoneChallengesOf(accountId) as SQL),
        account: db
          .update(accounts)
          .set({ phone: null, phoneVerifiedAt: null, updatedAt: now })
          .where(hasNumber),
      });
    },
  };
}

const activeAccount = (accountId: string) => and(eq(accounts.id, accountId), isActive());

const phoneChallengesOf = (accountId: string) =>
  and(eq(oneTimeCodes.accountId, accountId), eq(oneTimeCodes.purpose, "phone"));
