import { isNotNull, sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** The audit log. Each event is written in the batch of the change that it records. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    at: integer().notNull(),
    /** The affected account. Not a foreign key: the event outlives the account. */
    accountId: text("account_id").notNull(),
    /** The acting account, if known. */
    actorId: text("actor_id"),
    ip: text(),
    /** Set for an event that counts equal events: the start of the window. The details have the count. */
    windowStart: integer("window_start"),
    details: text({ mode: "json" }).$type<Record<string, string | number | boolean>>().notNull(),
  },
  (table) => [
    // The id makes the order total, so pages neither repeat nor skip events.
    index("audit_events_at").on(table.at, table.id),
    index("audit_events_account").on(table.accountId, table.at, table.id),
    index("audit_events_type").on(table.type, table.at, table.id),
    uniqueIndex("audit_events_window")
      .on(table.accountId, table.type, table.windowStart)
      .where(isNotNull(table.windowStart)),
    // The events of an actor on other accounts, whose IP address the deletion of the actor removes.
    index("audit_events_actor").on(table.actorId).where(sql`actor_id <> account_id`),
  ],
);
