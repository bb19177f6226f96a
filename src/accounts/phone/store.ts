import { and, eq, exists, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { endTrustOfDevices } from "../../authentication/known-devices/statements.ts";
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
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors, oneTimeCodes } from "../../db/schema.ts";
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
import type { CurrentSession } from "../../sessions/session.ts";

type PhoneVerificationRequest = {
  readonly session: CurrentSession;
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
  readonly session: CurrentSession;
  readonly removalNotice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type RequestOutcome =
  | { readonly kind: "requested" | "account_not_active" | "reauthentication_required" }
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
      const { session, phone, text, clientLimits, now } = request;
      const accountId = session.account.id;
      const isOwner = activeAccount(accountId);
      const owner = and(isOwner, isRecentlyAuthenticated(db, session, now));
      const texted = and(owner, isInOutbox(db, text));
      // IS NOT also matches an account without a number.
      const differs = sql`${accounts.phone} IS NOT ${phone}`;
      const { owners, recent, latest, requested, counters } = await runBatch(db, {
        client: countClientRequest(db, clientLimits, now),
        counters: readClientCounters(db, clientLimits),
        owners: db.select({ id: accounts.id }).from(accounts).where(isOwner),
        recent: db.select({ id: accounts.id }).from(accounts).where(owner),
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
        factor: removeSmsFactor(db, accountId, and(texted, differs)),
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
      if (recent.length === 0) return { kind: "reauthentication_required" };
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
    async remove(removal: PhoneRemoval): Promise<"removed" | "reauthentication_required"> {
      const { session, now } = removal;
      const accountId = session.account.id;
      const isRecent = isRecentlyAuthenticated(db, session, now);
      const hasNumber = and(activeAccount(accountId), isRecent, isNotNull(accounts.phone));
      const hasVerifiedNumber = and(hasNumber, isNotNull(accounts.phoneVerifiedAt));
      const { recent } = await runBatch(db, {
        recent: db
          .select({ id: accounts.id })
          .from(accounts)
          .where(and(activeAccount(accountId), isRecent)),
        notice: notice(removal.removalNotice, accountId, now, hasVerifiedNumber),
        audit: insertFrom(db, auditEvents, auditRow(removal.audit, accountId), accounts, hasNumber),
        codes: voidOneTimeCodes(db, and(phoneChallengesOf(accountId), isRecent) as SQL),
        factor: removeSmsFactor(db, accountId, hasNumber),
        account: db
          .update(accounts)
          .set({ phone: null, phoneVerifiedAt: null, updatedAt: now })
          .where(hasNumber),
      });
      return recent.length > 0 ? "removed" : "reauthentication_required";
    },
  };
}

/**
 * Removes the factor of a number that is not the account's any more, with the trust in its devices. `where`: a condition on
 * the account, which the batch makes false later.
 */
function removeSmsFactor(db: Database, accountId: string, where: SQL | undefined) {
  const one = { one: sql`1` };
  const isFactor = and(eq(factors.accountId, accountId), eq(factors.kind, "sms_otp"));
  const isRemoved = exists(db.select(one).from(accounts).where(where));
  const hasFactor = exists(db.select(one).from(factors).where(isFactor));
  return [
    endTrustOfDevices(db, accountId, and(isRemoved, hasFactor)),
    db.delete(factors).where(and(isFactor, isRemoved)),
  ];
}

const activeAccount = (accountId: string) => and(eq(accounts.id, accountId), isActive());

const phoneChallengesOf = (accountId: string) =>
  and(eq(oneTimeCodes.accountId, accountId), eq(oneTimeCodes.purpose, "phone"));
