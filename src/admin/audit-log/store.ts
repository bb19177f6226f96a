import { and, desc, eq, exists, gte, inArray, sql } from "drizzle-orm";
import type { Role } from "../../accounts/account.ts";
import type { Database } from "../../db/database.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { AuditEvent, EventPosition, StoredEvent } from "./audit-event.ts";

export type AuditLogQuery = {
  /** Only events of accounts that have one of these roles now. Null means all, deleted accounts included. */
  readonly roles: readonly Role[] | null;
  readonly accountId?: string;
  /** The folded email address of the account, in place of its id. */
  readonly emailKey?: string;
  readonly type?: AuditEvent["type"];
  /** Only events at this instant or later. */
  readonly since?: number;
  /** Only events before this instant. */
  readonly before?: number;
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
      const { roles, type, since, limit } = query;
      const isOfAccount = ofAccount(db, query);
      // The first page starts at the greatest instant, so that every page is the same index search.
      const { at, id } = query.after ?? { at: query.before ?? Number.MAX_SAFE_INTEGER, id: "" };
      const rows = await db
        .select()
        .from(t)
        .where(
          and(
            isOfAccount,
            // The unary plus keeps SQLite from choosing the index of the type over the index of the account.
            type && (isOfAccount === undefined ? eq(t.type, type) : sql`+${t.type} = ${type}`),
            sql`(${t.at}, ${t.id}) < (${at}, ${id})`,
            since === undefined ? undefined : gte(t.at, since),
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

function ofAccount(db: Database, { accountId, emailKey }: AuditLogQuery) {
  if (accountId !== undefined) return eq(t.accountId, accountId);
  if (emailKey === undefined) return undefined;
  const account = db.select({ id: accounts.id }).from(accounts).where(eq(accounts.emailKey, emailKey));
  return eq(t.accountId, account);
}

const accountHasRole = (db: Database, roles: readonly Role[]) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(eq(accounts.id, t.accountId), inArray(accounts.role, [...roles]))),
  );
