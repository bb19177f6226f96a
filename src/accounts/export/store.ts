import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { auditEvents } from "../../db/schema.ts";
import { selectAccountRows } from "./statements.ts";

/** The end of a page of events about the account. */
export type SubjectPosition = { readonly at: number; readonly id: string };

/** The rows of an account, apart from its audit events. */
export type ExportedRows = NonNullable<Awaited<ReturnType<ExportStore["read"]>>>;

export type ExportStore = ReturnType<typeof exportStore>;

export function exportStore(db: Database) {
  return {
    /** Everything but the audit events, in one batch. Each list is bounded by other rules. Null: no such account. */
    async read(accountId: string) {
      const { account, recovery, ...rest } = await runBatch(db, selectAccountRows(db, accountId));
      const [found] = account;
      return found ? { account: found, recovery: recovery[0] ?? null, ...rest } : null;
    },

    /** One page of the events about the account, the oldest first. */
    async listAbout(accountId: string, after: SubjectPosition, limit: number) {
      return db
        .select({
          id: auditEvents.id,
          type: auditEvents.type,
          at: auditEvents.at,
          actorId: auditEvents.actorId,
          ip: auditEvents.ip,
          details: auditEvents.details,
        })
        .from(auditEvents)
        .where(
          and(
            eq(auditEvents.accountId, accountId),
            sql`(${auditEvents.at}, ${auditEvents.id}) > (${after.at}, ${after.id})`,
          ),
        )
        .orderBy(asc(auditEvents.at), asc(auditEvents.id))
        .limit(limit);
    },

    /** One page of what the account did to others. The partial index is in the order of the row ids. */
    async listBy(accountId: string, afterRow: number, limit: number) {
      return db
        .select({
          row: sql<number>`rowid`.as("row"),
          type: auditEvents.type,
          at: auditEvents.at,
          ip: auditEvents.ip,
        })
        .from(auditEvents)
        .where(and(eq(auditEvents.actorId, accountId), sql`actor_id <> account_id`, sql`rowid > ${afterRow}`))
        .orderBy(sql`rowid`)
        .limit(limit);
    },
  };
}
