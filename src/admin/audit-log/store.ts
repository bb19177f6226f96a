import { and, desc, eq, exists, inArray, sql } from "drizzle-orm";
import type { Role } from "../../accounts/account.ts";
import type { Database } from "../../db/database.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { AuditEvent, EventPosition, StoredEvent } from "./audit-event.ts";

export type AuditLogQuery = {
  /** Only events of accounts that have one of these roles now. Null means all, deleted accounts included. */
  readonly roles: readonly Role[] | null;
  readonly accountId?: string;
  readonly type?: AuditEvent["type"];
  readonly limit: number;
  readonly after: EventPosition | null;
};

export type AuditLogPage = { readonly events: readonly StoredEvent[]; readonly next: EventPosition | null };

export type AuditLogStore = ReturnType<typeof auditLogStore>;

const t = auditEvents;

export function auditLogStore(db: Database) {
  return {
    /** One page, newest first. Instant and id make a total order. Each filter has an index. */
    async list(query: AuditLogQuery): Promise<AuditLogPage> {
      const { roles, accountId, type, limit } = query;
      // The first page starts at the greatest instant, so that every page is the same index search.
      const { at, id } = query.after ?? { at: Number.MAX_SAFE_INTEGER, id: "" };
      const rows = await db
        .select()
        .from(t)
        .where(
          and(
            accountId === undefined ? undefined : eq(t.accountId, accountId),
            // The unary plus keeps SQLite from choosing the index of the type over the index of the account.
            type && (accountId === undefined ? eq(t.type, type) : sql`+${t.type} = ${type}`),
            sql`(${t.at}, ${t.id}) < (${at}, ${id})`,
            roles ? accountHasRole(db, roles) : undefined,
          ),
        )
        .orderBy(desc(t.at), desc(t.id))
        .limit(limit + 1);
      const events = rows.slice(0, limit) as StoredEvent[];
      const last = events.at(-1);
      return { events, next: rows.length > limit && last ? { at: last.at, id: last.id } : null };
    },
  };
}

const accountHasRole = (db: Database, roles: readonly Role[]) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(eq(accounts.id, t.accountId), inArray(accounts.role, [...roles]))),
  );
