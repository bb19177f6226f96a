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
import { type CheckedPassword, stillChecked } from "./checked-password.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { isNews } from "./new-device.ts";
import { ALWAYS, HOURLY, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, sessionRow } from "./rows.ts";
import { accounts, auditEvents, sessions } from "./schema.ts";

type LoginFacts = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

type Opening = CheckedPassword & {
  readonly session: SessionDraft;
  readonly audit: AuditDraft;
  /** To the owner, where the device is new to an account that has signed in before. */
  readonly newDeviceNotice: MessageDraft | null;
};

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

    async open(draft: Opening): Promise<"opened" | "changed_meanwhile"> {
      const { session } = draft;
      const isOpen = eq(sessions.id, session.id);
      const [opened] = await db.batch([
        insertFrom(
          db,
          sessions,
          sessionRow(session, session.accountId),
          accounts,
          stillChecked(draft),
        ).returning({
          id: sessions.id,
        }),
        insertFrom(db, auditEvents, auditRow(draft.audit, session.accountId), sessions, isOpen),
        clearAttempts(db, [draft.lockKey], exists(db.select({ one: sql`1` }).from(sessions).where(isOpen))),
        ...(draft.rehash === null
          ? []
          : [db.update(accounts).set({ passwordHash: draft.rehash }).where(stillChecked(draft))]),
        ...(draft.newDeviceNotice === null
          ? []
          : queueMessage(db, {
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
  };
}
