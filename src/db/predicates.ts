import { and, eq, exists, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { accounts } from "./schema.ts";

// Each rule has two forms: a condition on a row of `accounts`, and an EXISTS for a statement on another table.

/** `accounts`, or an alias of it. */
type AccountRow = { readonly status: SQLiteColumn; readonly emailVerifiedAt: SQLiteColumn };

/** True if the account is active: a condition on its row. */
export const isActive = (account: AccountRow = accounts): SQL => eq(account.status, "active");

type DeletableRow = AccountRow & { readonly deletionDueAt: SQLiteColumn };

/**
 * True if tokens, keys and codes of the account work: it is active, and its user has not requested its deletion. Until
 * the deletion the user can still sign in, to undo it (security 65). A condition on its row.
 */
export const isUsable = (account: DeletableRow = accounts): SQL | undefined =>
  and(isActive(account), isNull(account.deletionDueAt));

/** True if the account may sign in: it is active, and its address is verified or implied. A condition on its row. */
export const isSignInAllowed = (account: AccountRow = accounts): SQL | undefined =>
  and(isActive(account), isNotNull(account.emailVerifiedAt));

/** When the address was verified, or null. An address that a provider only implied is not verified. */
export const emailVerifiedAt = () =>
  sql<number | null>`CASE WHEN ${accounts.emailImplied} THEN NULL ELSE ${accounts.emailVerifiedAt} END`.as(
    "proven_at",
  );

/** True if the owner of the address has proven it: a condition on the account's row. */
export const addressIsVerified = (): SQL | undefined =>
  and(isNotNull(accounts.emailVerifiedAt), eq(accounts.emailImplied, false));

/** The id of an account: a column of the statement's table, or a value. */
type AccountId = SQLiteColumn | string;

/** True if the account with that id is active, and `more` holds for its row. */
export const accountIsActive = (db: Database, accountId: AccountId, more?: SQL): SQL =>
  accountExists(db, accountId, and(isActive(), more));

/** True if the account with that id is active and not about to be deleted. */
export const accountIsUsable = (db: Database, accountId: AccountId): SQL =>
  accountExists(db, accountId, isUsable());

/** True if the account with that id may sign in, and `more` holds for its row. */
export const maySignIn = (db: Database, accountId: AccountId, more?: SQL): SQL =>
  accountExists(db, accountId, and(isSignInAllowed(), more));

const accountExists = (db: Database, accountId: AccountId, where: SQL | undefined): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(and(sql`${accounts.id} = ${accountId}`, where)),
  );
