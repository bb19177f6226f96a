import { and, eq, exists, isNotNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { accounts } from "./schema.ts";

/** True if the account of the row is active. */
export const accountIsActive = (db: Database, accountId: SQLiteColumn) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(eq(accounts.id, accountId), eq(accounts.status, "active"))),
  );

/** True if the account is active, its email address is verified, and `more` holds. */
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
