import { and, eq, exists, ne, notExists, type SQL, sql } from "drizzle-orm";
import type { Reservation } from "../account-lock/rules.ts";
import type { Account } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { ChallengeDraft } from "../challenges/challenge.ts";
import type { MailDraft } from "../mail/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import {
  clearAttempts,
  firstFailure,
  lockOf,
  oneMoreFailure,
  readLock,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "./attempt-counters.ts";
import { answeredRight, answeredWrong, challengeRow, spendTry, voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { AFTER_PASSWORD, ALWAYS, HOURLY, queued, queueMail, type SendCaps } from "./queue-mail.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, attemptCounters, auditEvents, challenges, sessions } from "./schema.ts";

export type LoginFacts = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

type Checked = {
  readonly accountId: string;
  /** The hash that was just checked: if it is not there any more, nothing opens. */
  readonly checkedHash: string;
  /** The same password under today's cost and pepper, where the stored one is older. */
  readonly rehash: string | null;
  readonly lockKey: string;
  readonly now: number;
};

type Opening = Checked & {
  readonly session: SessionDraft;
  readonly audit: AuditDraft;
  /** To the owner, where the device is new to an account that has signed in before. */
  readonly newDeviceNotice: MailDraft | null;
};

type ChallengeOpening = Checked & { readonly challenge: ChallengeDraft; readonly mail: MailDraft };

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
export type SecondStepOutcome =
  | { readonly kind: "signed_in"; readonly account: Account }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function loginStorage(db: Database, caps: SendCaps) {
  return {
    /** Counts the attempt and reads the account: one round trip, the same for every address. */
    async begin(
      emailKey: string,
      lockKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; found: LoginFacts | null }> {
      const columns = {
        id: accounts.id,
        ...accountColumns,
        passwordHash: accounts.passwordHash,
        loginOtp: accounts.loginOtp,
        devicesKnownSince: accounts.devicesKnownSince,
      };
      const [reserved, lock, rows] = await db.batch([
        reserveAttempt(db, lockKey, now),
        readLock(db, lockKey),
        db.select(columns).from(accounts).where(eq(accounts.emailKey, emailKey)),
      ]);
      const reservation = reservationOf(reserved, lock);
      const row = rows[0];
      if (!row) return { reservation, found: null };
      const { passwordHash, loginOtp, devicesKnownSince, ...account } = row;
      return { reservation, found: { account, passwordHash, loginOtp, devicesKnownSince } };
    },

    /** The attempt was no failure after all: it was not evaluated, or its password was right. */
    async release(lockKey: string): Promise<void> {
      await releaseAttempt(db, lockKey);
    },

    /** Tells the owner of the address, if it has one, that its lock has shut. */
    async noticeLock(emailKey: string, notice: MailDraft, now: number): Promise<void> {
      const [queue, count] = queueMail(db, {
        draft: notice,
        accountId: sql`${accounts.id}`,
        now,
        limits: HOURLY,
        caps,
        source: accounts,
        where: and(eq(accounts.emailKey, emailKey), eq(accounts.status, "active")),
      });
      await db.batch([queue, count]);
    },

    async open(draft: Opening): Promise<"opened" | "changed_meanwhile"> {
      const { session } = draft;
      const isOpen = eq(sessions.id, session.id);
      const [opened] = await db.batch([
        insertFrom(db, sessions, sessionRow(session, session.accountId), accounts, checked(draft)).returning({
          id: sessions.id,
        }),
        insertFrom(db, auditEvents, auditRow(draft.audit, session.accountId), sessions, isOpen),
        clearAttempts(db, [draft.lockKey], exists(db.select({ one: sql`1` }).from(sessions).where(isOpen))),
        ...(draft.rehash === null
          ? []
          : [db.update(accounts).set({ passwordHash: draft.rehash }).where(checked(draft))]),
        ...(draft.newDeviceNotice === null
          ? []
          : queueMail(db, {
              draft: draft.newDeviceNotice,
              accountId: session.accountId,
              now: draft.now,
              limits: ALWAYS,
              caps,
              source: sessions,
              where: and(isOpen, isNews(db, session, sql`${session.accountId}`, draft.audit)),
            })),
      ]);
      return opened.length > 0 ? "opened" : "changed_meanwhile";
    },

    /** Opens a challenge in place of any earlier one; `send_cap` when no code may be sent now. */
    async openChallenge(draft: ChallengeOpening): Promise<"opened" | "send_cap" | "changed_meanwhile"> {
      const { challenge, mail, accountId } = draft;
      const sent = and(checked(draft), queued(db, mail));
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
          where: checked(draft),
        }),
        voidChallenges(db, stale),
        insertFrom(db, challenges, challengeRow(challenge, accountId), accounts, sent),
        releaseAttempt(
          db,
          draft.lockKey,
          exists(db.select({ one: sql`1` }).from(accounts).where(checked(draft))),
        ),
        db.select({ id: accounts.id }).from(accounts).where(checked(draft)),
        db.select({ id: challenges.id }).from(challenges).where(eq(challenges.id, challenge.id)),
        ...(draft.rehash === null
          ? []
          : [db.update(accounts).set({ passwordHash: draft.rehash }).where(checked(draft))]),
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

/** The account is still what the password was checked against. */
const checked = ({ accountId, checkedHash }: Checked) =>
  and(eq(accounts.id, accountId), eq(accounts.status, "active"), eq(accounts.passwordHash, checkedHash));

/**
 * Whether a sign-in is news to its owner: not their very first one, and not from where they have a
 * session that looks the same. An address and a browser that are not known look like nothing.
 */
function isNews(
  db: Database,
  session: Omit<SessionDraft, "accountId">,
  accountId: SQL,
  audit: AuditDraft,
): SQL | undefined {
  const earlierSignIn = db
    .select({ one: sql`1` })
    .from(auditEvents)
    .where(
      and(
        sql`${auditEvents.accountId} = ${accountId}`,
        eq(auditEvents.type, "signed_in"),
        ne(auditEvents.id, audit.id),
      ),
    );
  const lookAlike = db
    .select({ one: sql`1` })
    .from(sessions)
    .where(
      and(
        sql`${sessions.accountId} = ${accountId}`,
        ne(sessions.id, session.id),
        sql`${sessions.ip} = ${session.ip}`,
        sql`${sessions.userAgent} = ${session.userAgent}`,
      ),
    );
  return and(exists(earlierSignIn), notExists(lookAlike));
}
