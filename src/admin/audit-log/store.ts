import { and, desc, eq, exists, inArray, sql } from "drizzle-orm";
import type { Role } from "../../accounts/account.ts";
import type { Database } from "../../db/database.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { AuditEvent, StoredEvent } from "./audit-event.ts";
import type { EventPosition } from "./list-audit-events.ts";

type Query = {
  readonly roles: readonly Role[] | null;
  readonly accountId?: string;
  readonly type?: AuditEvent["type"];
  readonly limit: number;
  readonly after: EventPosition | null;
};

const t = auditEvents;

export function auditLogStore(db: Database) {
  return {
    /** One page, the newest first. Instant and id make the order whole, and each filter has its index. */
    async list(query: Query): Promise<{ events: StoredEvent[]; next: EventPosition | null }> {
      const { roles, accountId, type, limit } = query;
      // The first page begins after the end of time, so that every page is one search of an index.
      const { at, id } = query.after ?? { at: Number.MAX_SAFE_INTEGER, id: "" };
      const rows = await db
        .select()
        .from(t)
        .where(
          and(
            accountId === undefined ? undefined : eq(t.accountId, accountId),
            // A plus sign keeps SQLite from choosing the index of the type over that of the account.
            type && (accountId === undefined ? eq(t.type, type) : sql`+${t.type} = ${type}`),
            sql`(${t.at}, ${t.id}) < (${at}, ${id})`,
            roles ? ownerHas(db, roles) : undefined,
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

const ownerHas = (db: Database, roles: readonly Role[]) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(eq(accounts.id, t.accountId), inArray(accounts.role, [...roles]))),
  );
