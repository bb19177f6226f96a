import { desc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { mailboxMessages } from "../../db/schema.ts";

type Message = typeof mailboxMessages.$inferSelect;

/** The development mailbox: what would have been mailed or texted. */
export function devMailboxStore(db: Database) {
  return {
    /** A second attempt at the same message replaces the first. */
    async store(message: Message): Promise<void> {
      await db
        .insert(mailboxMessages)
        .values(message)
        .onConflictDoUpdate({ target: mailboxMessages.id, set: message });
    },

    list: (filter: { to?: string; limit: number }): Promise<Message[]> =>
      db
        .select()
        .from(mailboxMessages)
        // Every message, by a range of the index that they are ordered by.
        .where(filter.to === undefined ? gt(mailboxMessages.createdAt, 0) : eq(mailboxMessages.to, filter.to))
        .orderBy(desc(mailboxMessages.createdAt), sql`rowid DESC`)
        .limit(filter.limit),
  };
}
