import { and, eq, exists, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents, sessions } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { ALWAYS, HOURLY, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { SessionDraft } from "../../sessions/session.ts";
import { endSurplus, sessionRow } from "../../sessions/statements.ts";
import { isNewDevice } from "../known-devices/statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import {
  clearAttempts,
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/statements.ts";
import {
  consumeFirstFactor,
  failureReason,
  firstFactorStillValid,
  type Grounds,
  storeRehash,
} from "../statements.ts";

type LoginFacts = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

type Opening = {
  readonly step: Grounds;
  readonly session: SessionDraft;
  readonly audit: NewAuditEvent;
  /** To the owner, where the device is new to an account that has signed in before. */
  readonly newDeviceNotice: NewMessage | null;
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

export function passwordStore(db: Database, caps: SendCaps) {
  return {
    /** Counts the attempt and reads the account: one round trip, the same for every address. */
    async begin(
      emailKey: string,
      lockoutKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; found: LoginFacts | null }> {
      const [reserved, lock, rows] = await db.batch([
        reserveAttempt(db, lockoutKey, now),
        readLockout(db, lockoutKey),
        selectFacts(db, emailKey),
      ]);
      return { reservation: reservationOf(reserved, lock), found: factsOf(rows) };
    },

    /** The account once more, within an attempt that is counted already. */
    lookAgain: async (emailKey: string): Promise<LoginFacts | null> =>
      factsOf(await selectFacts(db, emailKey)),

    /** The attempt was no failure after all: it was not evaluated, or its password was right. */
    async release(lockoutKey: string): Promise<void> {
      await releaseAttempt(db, lockoutKey);
    },

    /** Tells the owner of the address, if it has one, that its lock has shut. */
    async noticeLock(emailKey: string, notice: NewMessage, now: number): Promise<void> {
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
      const before = consumeFirstFactor(db, caps, step);
      const results = await db.batch([
        // Nothing is guessed where a session is followed: no lock stands before it.
        readLockout(db, step.by === "session" ? "" : step.lockoutKey),
        ...before,
        insertFrom(db, sessions, sessionRow(session, accountId), accounts, firstFactorStillValid(db, step)),
        db
          .select({ id: accounts.id, ...accountColumns })
          .from(sessions)
          .innerJoin(accounts, eq(accounts.id, sessions.accountId))
          .where(isOpen),
        insertFrom(db, auditEvents, auditRow(audit, accountId), sessions, isOpen),
        endSurplus(db, accountId, now),
        ...(step.by === "password" ? [clearAttempts(db, [step.lockoutKey], opened)] : []),
        ...storeRehash(db, step),
        ...(draft.newDeviceNotice === null
          ? []
          : queueMessage(db, {
              draft: draft.newDeviceNotice,
              accountId,
              now,
              limits: ALWAYS,
              caps,
              source: sessions,
              where: and(isOpen, isNewDevice(db, session, sql`${accountId}`, audit)),
            })),
      ]);
      // However many statements the first step had, the account stands two after the last of them.
      const [account] = results[before.length + 2] as Account[];
      return account ? { kind: "opened", account } : failureReason(step, results[0]);
    },
  };
}

/** What became of the opening of a session. */
type Opened =
  | { readonly kind: "opened"; readonly account: Account }
  | { readonly kind: "locked"; readonly until: number }
  | { readonly kind: "changed_meanwhile" };
