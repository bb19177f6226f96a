import { and, eq, exists, isNotNull, isNull, sql } from "drizzle-orm";
import { accountColumns } from "../accounts/statements.ts";
import type { StoredEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { compiled } from "../db/compiled-statement.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { NewSession } from "../sessions/session.ts";
import { isNewDevice, recordFirstSignIn } from "./known-devices/new-device-notice-statements.ts";

/** Selects the account of a session, in the batch that inserts the session. No row: nothing was inserted. */
export const selectOpenedAccount = compiled((db, { sessionId }: { readonly sessionId: string }) =>
  db
    .select({ id: accounts.id, ...accountColumns })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(eq(sessions.id, sessionId)),
);

type EventOfSession = StoredEvent & { readonly sessionId: string };

/** Inserts an event if the session was inserted. */
export const insertEventOfSession = compiled((db, { sessionId, accountId, ...event }: EventOfSession) =>
  insertFrom(db, auditEvents, auditRow(event, accountId), sessions, eq(sessions.id, sessionId)),
);

/** The account of a session that was inserted. */
const isAccountOf = (db: Database, { id, accountId }: NewSession) =>
  and(
    eq(accounts.id, accountId),
    exists(db.select({ one: sql`1` }).from(sessions).where(eq(sessions.id, id))),
  );

/** Records when the user has to enrol a second factor, at the first sign-in that finds none. */
export const recordDueEnrolment = (db: Database, session: NewSession, enrolmentDueAt: number) =>
  db
    .update(accounts)
    .set({ enrolmentDueAt })
    .where(and(isAccountOf(db, session), isNull(accounts.enrolmentDueAt)));

/** After a sign-in with more than the mailbox, the mailed code counts again. */
export const endResetByMail = (db: Database, session: NewSession) =>
  db
    .update(accounts)
    .set({ resetByMailAt: null })
    .where(and(isAccountOf(db, session), isNotNull(accounts.resetByMailAt)));

type NewDeviceNotice = {
  readonly session: NewSession;
  /** Null if the device is known. */
  readonly notice: NewMessage | null;
  readonly now: number;
};

/**
 * Queues the notice if the session was inserted and its device is new to an account that has signed in before. Then
 * records the first sign-in.
 */
export const queueNewDeviceNotice = (
  db: Database,
  caps: SendCaps,
  { session, notice, now }: NewDeviceNotice,
) => [
  ...(notice === null
    ? []
    : queueMessage(db, {
        message: notice,
        accountId: session.accountId,
        now,
        limits: NO_SEND_LIMITS,
        caps,
        source: sessions,
        where: and(eq(sessions.id, session.id), isNewDevice(db, session)),
      })),
  recordFirstSignIn(db, session),
];
