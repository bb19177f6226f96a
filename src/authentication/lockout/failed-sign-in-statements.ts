import type { SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { countedRow, oneMore, withdrawEvent } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { auditEvents, oneTimeCodes, queuedRequests } from "../../db/schema.ts";

/** Counts a failed sign-in in the audit log. */
export const recordFailedSignIn = (db: Database, audit: NewAuditEvent, accountId: SQL) =>
  db.insert(auditEvents).values(countedRow(audit, accountId)).onConflictDoUpdate(oneMore(audit));

/** The same for a row of `source` that matches `where`, in the batch that decides on that row. */
const recordFailureFrom = (
  db: Database,
  audit: NewAuditEvent,
  accountId: SQL | SQLiteColumn,
  source: SQLiteTable,
  where: SQL | undefined,
) =>
  insertFrom(db, auditEvents, { ...countedRow(audit, accountId) }, source, where).onConflictDoUpdate(
    oneMore(audit),
  );

/** Counts the failure of a queued request that matches `where`, in the batch that performs the request. */
export const recordQueuedFailure = (db: Database, audit: NewAuditEvent, accountId: SQL, where: SQL) =>
  recordFailureFrom(db, audit, accountId, queuedRequests, where);

/** Counts a wrong answer to a challenge that matches `where`, in the batch that counts it, before it is evaluated. */
export const recordFailedAnswer = (db: Database, audit: NewAuditEvent, where: SQL | undefined) =>
  recordFailureFrom(db, audit, oneTimeCodes.accountId, oneTimeCodes, where);

/** A counted answer: the id of its account, and the instant. */
type CountedAttempt = { readonly accountId: string; readonly at: number };

/** Takes back `recordFailedAnswer` after a success. */
export const withdrawFailedSignIn = (db: Database, { accountId, at }: CountedAttempt, where: SQL) =>
  withdrawEvent(db, { type: "sign_in_failed", accountId, at }, where);
