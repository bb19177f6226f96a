import { and, desc, gt, inArray, sql } from "drizzle-orm";
import { storedAddressKey } from "../../core/email-address.ts";
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

    /** At most `limit` messages, newest first. `to`: only messages to this recipient, in any case and Unicode form. */
    list: async (filter: { to?: string; limit: number }): Promise<DevMessage[]> =>
      db
        .select()
        .from(mailboxMessages)
        .where(
          filter.to === undefined
            ? // All messages, as a range of the index that also gives the order.
              gt(mailboxMessages.createdAt, 0)
            : inArray(mailboxMessages.to, await recipientsLike(db, filter.to)),
        )
        .orderBy(desc(mailboxMessages.createdAt), sql`rowid DESC`)
        .limit(filter.limit),
  } satisfies DevMailbox & Record<string, unknown>;
}

/** The recipients that are the same mailbox as `to`. SQLite folds ASCII only, so this module compares all others. */
async function recipientsLike(db: Database, to: string): Promise<string[]> {
  const key = storedAddressKey(to);
  const candidates = await db
    .selectDistinct({ to: mailboxMessages.to })
    .from(mailboxMessages)
    .where(
      and(
        // A range of the index, which has all that is read here.
        gt(mailboxMessages.to, ""),
        sql`(lower(${mailboxMessages.to}) = ${key} OR ${mailboxMessages.to} GLOB '*[^ -~]*')`,
      ),
    );
  return candidates.map((candidate) => candidate.to).filter((other) => storedAddressKey(other) === key);
}
