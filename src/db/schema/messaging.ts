import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

/** Outgoing email and SMS. Sent and dead rows keep no content, only metadata for caps and admins. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    kind: text().notNull(),
    channel: text({ enum: ["email", "sms"] })
      .notNull()
      .default("email"),
    /** HMAC of a recipient that is not the account's own address. */
    target: text(),
    /** The limits that it counts towards: those of requests by anyone, or those of an admin's requests. */
    budget: text({ enum: ["requested", "admin"] })
      .notNull()
      .default("requested"),
    sealed: text().notNull(),
    state: text({ enum: ["queued", "sent", "dead"] }).notNull(),
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the next attempt is due. A worker that takes the message moves it forward, so no other worker takes it. */
    dueAt: integer("due_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** The reason of the last failed attempt: a short token, never a provider's text. */
    lastFailure: text("last_failure"),
  },
  (table) => [
    index("outbox_due").on(table.state, table.dueAt),
    index("outbox_account").on(table.accountId, table.kind, table.createdAt),
    index("outbox_target").on(table.target, table.kind, table.createdAt),
    index("outbox_created").on(table.createdAt),
  ],
);

/** Messages by channel and hour, over all recipients. They limit the cost of an attack. */
export const sendCounters = sqliteTable("send_counters", {
  /** Channel and hour, such as `email/489251`. */
  bucket: text().primaryKey(),
  sends: integer().notNull(),
});

/** Messages of the development mailbox. Empty and unused in production. */
export const mailboxMessages = sqliteTable(
  "mailbox_messages",
  {
    id: text().primaryKey(),
    channel: text({ enum: ["email", "sms"] }).notNull(),
    to: text("recipient").notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    html: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("mailbox_messages_created").on(table.createdAt),
    index("mailbox_messages_recipient").on(table.to, table.createdAt),
  ],
);

/**
 * Deliveries after the deletion of an account, which has no rows any more: its event to each Worker of the team
 * (`EVENTS_<NAME>`), and the revocation of tokens at providers. A delivered row is deleted.
 */
export const eventDeliveries = sqliteTable(
  "event_deliveries",
  {
    id: text().primaryKey(),
    kind: text({ enum: ["event", "token_revocation"] }).notNull(),
    /** The name of the binding, or the id of the provider. */
    target: text().notNull(),
    /** The event, or the token to revoke. */
    sealed: text().notNull(),
    state: text({ enum: ["queued", "dead"] }).notNull(),
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the next attempt is due. */
    dueAt: integer("due_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("event_deliveries_due").on(table.state, table.dueAt)],
);
