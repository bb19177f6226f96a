import { and, eq, exists, isNotNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { accounts } from "./schema.ts";

/** Whether the account that a row belongs to is active. */
export const accountIsActive = (db: Database, accountId: SQLiteColumn) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(eq(accounts.id, accountId), eq(accounts.status, "active"))),
  );

/** Whether it may sign in: active, and its address proven; and whatever else has to be true of it. */
export const maySignIn = (db: Database, accountId: SQLiteColumn, more?: SQL) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(
        and(
          eq(accounts.id, accountId),
          eq(accounts.status, "active"),
          isNotNull(accounts.emailVerifiedAt),
          more,
        ),
      ),
  );
