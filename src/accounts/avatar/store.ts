import { and, eq, inArray, lte } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { AdminAction } from "../../admin/authorization/admin-action.ts";
import { applyIf, wasApplied } from "../../admin/users/statements.ts";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, discardedAvatars } from "../../db/schema.ts";
import { discardAvatar } from "./statements.ts";

type AvatarReplacement = AdminAction & {
  /** The key of the stored object; null removes the avatar. */
  readonly key: string | null;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

/** Keys per query: D1 binds at most 100 values to a statement. */
const MAX_KEYS = 90;

export type AvatarStore = ReturnType<typeof avatarStore>;

export function avatarStore(db: Database) {
  return {
    /** Marks a key as discarded before its object is stored, so that an interrupted upload is deleted. */
    async discardAt(key: string, dueAt: number): Promise<void> {
      await db.insert(discardedAvatars).values({ key, dueAt });
    },

    /** Makes the stored object the account's avatar and discards the previous object. */
    async replace(replacement: AvatarReplacement): Promise<"done" | "changed_meanwhile"> {
      const { key, now, target } = replacement;
      const { applied } = await runBatch(db, {
        applied: applyIf(db, replacement),
        discarded: discardAvatar(db, target.id, now, wasApplied(db, replacement)),
        account: db
          .update(accounts)
          .set({ avatarKey: key, updatedAt: now })
          .where(and(eq(accounts.id, target.id), wasApplied(db, replacement))),
        kept:
          key === null
            ? []
            : [
                db
                  .delete(discardedAvatars)
                  .where(and(eq(discardedAvatars.key, key), wasApplied(db, replacement))),
              ],
      });
      return applied.length > 0 ? "done" : "changed_meanwhile";
    },

    /** Keys of discarded objects that are due for deletion. */
    async listDiscarded(now: number): Promise<string[]> {
      const rows = await db
        .select({ key: discardedAvatars.key })
        .from(discardedAvatars)
        .where(lte(discardedAvatars.dueAt, now))
        .limit(MAX_KEYS);
      return rows.map(({ key }) => key);
    },

    /** Removes the keys of deleted objects. */
    async removeDiscarded(keys: readonly string[]): Promise<void> {
      await db.delete(discardedAvatars).where(inArray(discardedAvatars.key, [...keys]));
    },
  };
}
