import { and, eq, inArray, lte } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { AdminAction } from "../../admin/authorization/admin-action.ts";
import { applyIf, wasApplied } from "../../admin/users/statements.ts";
import type { Database } from "../../db/database.ts";
import { accounts, discardedAvatars } from "../../db/schema.ts";
import { discardAvatarOf } from "./statements.ts";

type Swap = AdminAction & {
  /** The new picture's object, which is there already; null takes the picture away. */
  readonly key: string | null;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

/** How many objects one sweep takes on: D1 binds a hundred values to a statement at most. */
const SWEEP = 90;

export function avatarStore(db: Database) {
  return {
    /** Writes down an object that is about to be stored, so that it goes should nobody come to show it. */
    async announce(key: string, dueAt: number): Promise<void> {
      await db.insert(discardedAvatars).values({ key, dueAt });
    },

    /** Makes an announced object the account's picture, and discards the one before it. */
    async swap(draft: Swap): Promise<"done" | "changed_meanwhile"> {
      const { key, now, target } = draft;
      const [decision] = await db.batch([
        applyIf(db, draft),
        discardAvatarOf(db, target.id, now, wasApplied(db, draft)),
        db
          .update(accounts)
          .set({ avatarKey: key, updatedAt: now })
          .where(and(eq(accounts.id, target.id), wasApplied(db, draft))),
        ...(key === null
          ? []
          : [db.delete(discardedAvatars).where(and(eq(discardedAvatars.key, key), wasApplied(db, draft)))]),
      ]);
      return decision.length > 0 ? "done" : "changed_meanwhile";
    },

    /** Objects that nobody shows, and that are due to go. */
    async listDiscarded(now: number): Promise<string[]> {
      const rows = await db
        .select({ key: discardedAvatars.key })
        .from(discardedAvatars)
        .where(lte(discardedAvatars.dueAt, now))
        .limit(SWEEP);
      return rows.map(({ key }) => key);
    },

    /** The objects are gone, and nothing is left to remember. */
    async forget(keys: readonly string[]): Promise<void> {
      await db.delete(discardedAvatars).where(inArray(discardedAvatars.key, [...keys]));
    },
  };
}
