import { eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { auditEvents } from "../../db/schema.ts";
import type { NewAuditEvent } from "./audit-event.ts";

// Drafts of the domain as rows; `accountId` is a value, or the column of the row they hang on.

export const auditRow = <A>(draft: NewAuditEvent, accountId: A) => ({ ...draft, accountId });

/** Whether that very event was written. */
export const isAudited = (db: Database, audit: NewAuditEvent): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(auditEvents).where(eq(auditEvents.id, audit.id))}`;
