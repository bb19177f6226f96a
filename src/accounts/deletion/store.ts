import { and, asc, eq, isNull, lte, type SQL } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow, isAudited } from "../../admin/audit-log/statements.ts";
import { anotherSuperuserExists } from "../../admin/users/statements.ts";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { type ErasedAccount, type Erasure, eraseAccount, isPending, startDeletion } from "./statements.ts";

/** The user's session, which must be recently authenticated; or null: a Worker of the team asks for the deletion. */
type RequestingSession = Pick<CurrentSession, "sessionId"> | null;

type DeletionStart = {
  readonly accountId: string;
  readonly session: RequestingSession;
  readonly dueAt: number;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type Cancellation = {
  readonly accountId: string;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type AuditedErasure = Erasure & { readonly audit: NewAuditEvent };

type DeletionOutcome = "done" | "last_superuser" | "changed_meanwhile";

export type DeletionStore = ReturnType<typeof deletionStore>;

export function deletionStore(db: Database, caps: SendCaps) {
  const event = (audit: NewAuditEvent, accountId: string, where: SQL | undefined) =>
    insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, where).returning({
      id: auditEvents.id,
    });
  const queueNotice = ({ accountId, notice: message, audit, now }: Cancellation) =>
    queueMessage(db, {
      message,
      accountId,
      now,
      limits: NO_SEND_LIMITS,
      caps,
      source: accounts,
      where: and(eq(accounts.id, accountId), isAudited(db, audit)),
    });
  const requestedBy = (accountId: string, session: RequestingSession, now: number) =>
    and(
      eq(accounts.id, accountId),
      session === null ? undefined : and(isActive(), isRecentlyAuthenticated(db, session, now)),
    );
  const found = (where: SQL | undefined) => db.select({ id: accounts.id }).from(accounts).where(where);
  return {
    /** Starts the deletion in one batch. Of two superusers at once, one stays (contract §3). */
    async start(start: DeletionStart): Promise<DeletionOutcome> {
      const { accountId, session, audit, now } = start;
      const requested = and(requestedBy(accountId, session, now), isNull(accounts.deletionDueAt));
      const { applied, unchanged } = await runBatch(db, {
        applied: event(audit, accountId, and(requested, anotherSuperuserExists(db, accountId))),
        unchanged: found(requested),
        deletion: startDeletion(db, start, isAudited(db, audit)),
        notice: queueNotice(start),
      });
      return outcomeOf(applied, unchanged);
    },

    /** Erases at once what a user or a Worker of the team may delete. */
    async erase(erasure: AuditedErasure & { readonly session: RequestingSession }): Promise<DeletionOutcome> {
      const { account, session, audit, now } = erasure;
      const requested = requestedBy(account.id, session, now);
      const { applied, unchanged } = await runBatch(db, {
        applied: event(audit, account.id, and(requested, anotherSuperuserExists(db, account.id))),
        unchanged: found(requested),
        erasure: eraseAccount(db, erasure, isAudited(db, audit)),
      });
      return outcomeOf(applied, unchanged);
    },

    /** Erases an account whose deletion is due. Of several callers one does. */
    async eraseDue(erasure: AuditedErasure): Promise<boolean> {
      const { account, audit, now } = erasure;
      const isDue = and(eq(accounts.id, account.id), lte(accounts.deletionDueAt, now));
      const { applied } = await runBatch(db, {
        applied: event(audit, account.id, isDue),
        erasure: eraseAccount(db, erasure, isAudited(db, audit)),
      });
      return applied.length > 0;
    },

    /** Undoes the deletion of an active account, until it is due. */
    async cancel(cancellation: Cancellation): Promise<boolean> {
      const { accountId, audit, now } = cancellation;
      const mayCancel = and(eq(accounts.id, accountId), isActive(), isPending(now));
      const { applied } = await runBatch(db, {
        applied: event(audit, accountId, mayCancel),
        account: db
          .update(accounts)
          .set({ deletionDueAt: null, updatedAt: now })
          .where(and(eq(accounts.id, accountId), isAudited(db, audit))),
        notice: queueNotice(cancellation),
      });
      return applied.length > 0;
    },

    /** Accounts whose deletion is due, the earliest first. */
    async listDue(now: number, limit: number): Promise<ErasedAccount[]> {
      return db
        .select({ id: accounts.id, email: accounts.email, phone: accounts.phone })
        .from(accounts)
        .where(lte(accounts.deletionDueAt, now))
        .orderBy(asc(accounts.deletionDueAt))
        .limit(limit);
    },
  };
}

const outcomeOf = (applied: readonly unknown[], unchanged: readonly unknown[]): DeletionOutcome => {
  if (applied.length > 0) return "done";
  return unchanged.length > 0 ? "last_superuser" : "changed_meanwhile";
};
