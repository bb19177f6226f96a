import { and, eq, exists, isNotNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { accounts } from "./schema.ts";

// Each rule has two forms: a condition on a row of `accounts`, and an EXISTS for a statement on another table.

/** `accounts`, or an alias of it. */
type AccountRow = { readonly status: SQLiteColumn; readonly emailVerifiedAt: SQLiteColumn };

/** True if the account is active: a condition on its row. */
export const isActive = (account: AccountRow = accounts): SQL => eq(account.status, "active");

/** True if the account may sign in, because it is active and its email address is verified: a condition on its row. */
export const isActiveAndVerified = (account: AccountRow = accounts): SQL | undefined =>
  and(isActive(account), isNotNull(account.emailVerifiedAt));

/** The id of an account: a column of the statement's table, or a value. */
type AccountId = SQLiteColumn | string;

/** True if the account with that id is active, and `more` holds for its row. */
export const accountIsActive = (db: Database, accountId: AccountId, more?: SQL): SQL =>
  accountExists(db, accountId, and(isActive(), more));

/** True if the account with that id may sign in, and `more` holds for its row. */
export const maySignIn = (db: Database, accountId: AccountId, more?: SQL): SQL =>
  accountExists(db, accountId, and(isActiveAndVerified(), more));

const accountExists = (db: Database, accountId: AccountId, where: SQL | undefined): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(sql`${accounts.id} = ${accountId}`, where)),
  );
