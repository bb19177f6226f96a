import { and, eq, exists, sql } from "drizzle-orm";
import type { Reservation } from "../account-lock/rules.ts";
import type { Account } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import {
  clearAttempts,
  readLock,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { type Grounds, rehashed, stillProven, takeFirstStep, whyNot } from "./first-step.ts";
import { insertFrom } from "./insert-from.ts";
import { isNews } from "./new-device.ts";
import { ALWAYS, HOURLY, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, auditEvents, sessions } from "./schema.ts";
import { endSurplus } from "./sessions.ts";

type LoginFacts = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

type Opening = {
  readonly step: Grounds;
  readonly session: SessionDraft;
  readonly audit: AuditDraft;
  /** To the owner, where the device is new to an account that has signed in before. */
  readonly newDeviceNotice: MessageDraft | null;
};

const selectFacts = (db: Database, emailKey: string) =>
  db
    .select({
      id: accounts.id,
      ...accountColumns,
      passwordHash: accounts.passwordHash,
      loginOtp: accounts.loginOtp,
      devicesKnownSince: accounts.devicesKnownSince,
    })
    .from(accounts)
    .where(eq(accounts.emailKey, emailKey));

function factsOf([row]: Awaited<ReturnType<typeof selectFacts>>): LoginFacts | null {
  if (!row) return null;
  const { passwordHash, loginOtp, devicesKnownSince, ...account } = row;
  return { account, passwordHash, loginOtp, devicesKnownSince };
}

export function loginStorage(db: Database, caps: SendCaps) {
  return {
    /** Counts the attempt and reads the account: one round trip, the same for every address. */
    async begin(
      emailKey: string,
      lockKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; found: LoginFacts | null }> {
      const [reserved, lock, rows] = await db.batch([
        reserveAttempt(db, lockKey, now),
        readLock(db, lockKey),
        selectFacts(db, emailKey),
      ]);
      return { reservation: reservationOf(reserved, lock), found: factsOf(rows) };
    },

    /** The account once more, within an attempt that is counted already. */
    lookAgain: async (emailKey: string): Promise<LoginFacts | null> =>
      factsOf(await selectFacts(db, emailKey)),

    /** The attempt was no failure after all: it was not evaluated, or its password was right. */
    async release(lockKey: string): Promise<void> {
      await releaseAttempt(db, lockKey);
    },

    /** Tells the owner of the address, if it has one, that its lock has shut. */
    async noticeLock(emailKey: string, notice: MessageDraft, now: number): Promise<void> {
      const [queue, count] = queueMessage(db, {
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

    /** Opens a session on grounds that still hold, and does what they bring with them. */
    async open(draft: Opening): Promise<Opened> {
      const { step, session, audit } = draft;
      const { accountId, now } = step;
      const isOpen = eq(sessions.id, session.id);
      const opened = exists(db.select({ one: sql`1` }).from(sessions).where(isOpen));
      const before = takeFirstStep(db, caps, step);
      const results = await db.batch([
        // Nothing is guessed where a session is followed: no lock stands before it.
        readLock(db, step.by === "session" ? "" : step.lockKey),
        ...before,
        insertFrom(db, sessions, sessionRow(session, accountId), accounts, stillProven(db, step)),
        db
          .select({ id: accounts.id, ...accountColumns })
          .from(sessions)
          .innerJoin(accounts, eq(accounts.id, sessions.accountId))
          .where(isOpen),
        insertFrom(db, auditEvents, auditRow(audit, accountId), sessions, isOpen),
        endSurplus(db, accountId, now),
        ...(step.by === "password" ? [clearAttempts(db, [step.lockKey], opened)] : []),
        ...rehashed(db, step),
        ...(draft.newDeviceNotice === null
          ? []
          : queueMessage(db, {
              draft: draft.newDeviceNotice,
              accountId,
              now,
              limits: ALWAYS,
              caps,
              source: sessions,
              where: and(isOpen, isNews(db, session, sql`${accountId}`, audit)),
            })),
      ]);
      // However many statements the first step had, the account stands two after the last of them.
      const [account] = results[before.length + 2] as Account[];
      return account ? { kind: "opened", account } : whyNot(step, results[0]);
    },
  };
}

/** What became of the opening of a session. */
type Opened =
  | { readonly kind: "opened"; readonly account: Account }
  | { readonly kind: "locked"; readonly until: number }
  | { readonly kind: "changed_meanwhile" };
