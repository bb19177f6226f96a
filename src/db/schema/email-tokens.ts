import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

/** Email tokens, by hash. `claim` is the id of the successful use; later statements of its batch refer to it. */
export const emailTokens = sqliteTable(
  "email_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    purpose: text({ enum: ["verify_email", "change_email", "reset_password", "invite"] }).notNull(),
    /** The address that received the link and that the link is valid for. */
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    consumedAt: integer("consumed_at"),
    claim: text(),
  },
  (table) => [
    index("email_tokens_account").on(table.accountId, table.purpose),
    index("email_tokens_expiry").on(table.expiresAt),
  ],
);
