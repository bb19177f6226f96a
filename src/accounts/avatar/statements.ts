import { and, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accounts, discardedAvatars } from "../../db/schema.ts";

/** Marks an account's avatar as discarded; `deleteDiscardedAvatars` deletes the object. */
export const discardAvatar = (db: Database, accountId: string, now: number, where: SQL) =>
  insertFrom(
    db,
    discardedAvatars,
    { key: sql`${accounts.avatarKey}`, dueAt: now },
    accounts,
    and(eq(accounts.id, accountId), isNotNull(accounts.avatarKey), where),
  );
