import type { SQL } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { countedRow, oneMore, withdrawEvent } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { auditEvents, oneTimeCodes } from "../../db/schema.ts";

/** Counts a failed sign-in in the audit log, in the batch that counts the attempt, before it is evaluated. */
export const recordFailedSignIn = (db: Database, audit: NewAuditEvent, accountId: SQL) =>
  db.insert(auditEvents).values(countedRow(audit, accountId)).onConflictDoUpdate(oneMore(audit));

/** The same for the answers to a challenge that match `where`. */
export const recordFailedAnswer = (db: Database, audit: NewAuditEvent, where: SQL | undefined) =>
  insertFrom(
    db,
    auditEvents,
    { ...countedRow(audit, oneTimeCodes.accountId) },
    oneTimeCodes,
    where,
  ).onConflictDoUpdate(oneMore(audit));

/** An attempt that was counted: the id of its account, or of its target, and the instant. */
export type CountedAttempt = { readonly accountId: string; readonly at: number };

/** Takes back `recordFailedSignIn` after a success, or if the attempt was not evaluated. */
export const withdrawFailedSignIn = (db: Database, { accountId, at }: CountedAttempt, where?: SQL) =>
  withdrawEvent(db, { type: "sign_in_failed", accountId, at }, where);
