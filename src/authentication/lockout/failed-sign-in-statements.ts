import type { SQL } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { countedRow, oneMore, withdrawEvent } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { auditEvents, oneTimeCodes, queuedRequests } from "../../db/schema.ts";

/** Counts a failed sign-in in the audit log. */
export const recordFailedSignIn = (db: Database, audit: NewAuditEvent, accountId: SQL) =>
  db.insert(auditEvents).values(countedRow(audit, accountId)).onConflictDoUpdate(oneMore(audit));

/** The same in the batch that performs a queued request, if it matches `where`. */
export const recordQueuedFailure = (db: Database, audit: NewAuditEvent, accountId: SQL, where: SQL) =>
  insertFrom(db, auditEvents, { ...countedRow(audit, accountId) }, queuedRequests, where).onConflictDoUpdate(
    oneMore(audit),
  );

/** Counts a wrong answer to a challenge that matches `where`, in the batch that counts it, before it is evaluated. */
export const recordFailedAnswer = (db: Database, audit: NewAuditEvent, where: SQL | undefined) =>
  insertFrom(
    db,
    auditEvents,
    { ...countedRow(audit, oneTimeCodes.accountId) },
    oneTimeCodes,
    where,
  ).onConflictDoUpdate(oneMore(audit));

/** A counted answer: the id of its account, and the instant. */
type CountedAttempt = { readonly accountId: string; readonly at: number };

/** Takes back `recordFailedAnswer` after a success. */
export const withdrawFailedSignIn = (db: Database, { accountId, at }: CountedAttempt, where: SQL) =>
  withdrawEvent(db, { type: "sign_in_failed", accountId, at }, where);
