import { desc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { mailboxMessages } from "../../db/schema.ts";
import type { DevMailbox, DevMessage } from "./dev-message.ts";

export type DevMailboxStore = ReturnType<typeof devMailboxStore>;

/** The development mailbox: messages that production would send. */
export function devMailboxStore(db: Database) {
  return {
    /** A retry of the same message replaces it. */
    async store(message: DevMessage): Promise<void> {
      await db
        .insert(mailboxMessages)
        .values(message)
        .onConflictDoUpdate({ target: mailboxMessages.id, set: message });
    },

    /** At most `limit` messages, newest first. `to`: only messages to exactly this recipient. */
    list: (filter: { to?: string; limit: number }): Promise<DevMessage[]> =>
      db
        .select()
        .from(mailboxMessages)
        // Without a recipient: all messages, as a range of the index that also gives the order.
        .where(filter.to === undefined ? gt(mailboxMessages.createdAt, 0) : eq(mailboxMessages.to, filter.to))
        .orderBy(desc(mailboxMessages.createdAt), sql`rowid DESC`)
        .limit(filter.limit),
  } satisfies DevMailbox & Record<string, unknown>;
}
