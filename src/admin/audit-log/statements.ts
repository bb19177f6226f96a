import { eq, type SQL, sql } from "drizzle-orm";
import { markAuditInsert } from "../../db/audit-observer.ts";
import type { Database } from "../../db/database.ts";
import { auditEvents } from "../../db/schema.ts";
import type { NewAuditEvent } from "./audit-event.ts";

/** `accountId`: a value, or the column of the row that the insert selects from. */
export const auditRow = <A>(event: NewAuditEvent, accountId: A) => ({ ...event, accountId });

/** Inserts an event without a condition. `insertFrom` inserts the others. Both mark the statement for the metrics. */
export const insertAuditEvent = (db: Database, event: NewAuditEvent, accountId: string) =>
  markAuditInsert(db.insert(auditEvents).values(auditRow(event, accountId)), event.type);

/** Whether exactly this event was inserted. */
export const isAudited = (db: Database, audit: NewAuditEvent): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(auditEvents).where(eq(auditEvents.id, audit.id))}`;
