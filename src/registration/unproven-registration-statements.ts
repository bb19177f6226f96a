import { and, eq, gt, isNull, not, notExists, type SQL, sql } from "drizzle-orm";
import { alias, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/database.ts";
import { isActive } from "../db/predicates.ts";
import { accounts, emailTokens } from "../db/schema.ts";

/** `accounts`, or an alias of it. */
type AccountRow = Readonly<Record<"id" | "emailVerifiedAt" | "role" | "status", SQLiteColumn>>;

/** The unused, unexpired `invite` token of an account. */
export const openInvitation = (db: Database, now: number, account: AccountRow = accounts) =>
  db
    .select({ one: sql`1` })
    .from(emailTokens)
    .where(
      and(
        sql`${emailTokens.accountId} = ${account.id}`,
        eq(emailTokens.purpose, "invite"),
        isNull(emailTokens.consumedAt),
        gt(emailTokens.expiresAt, now),
      ),
    );

/**
 * A registration without proof: an active account of the role `user` that cannot sign in and has no open
 * invitation. Such an account does not hold its address. A condition on its row.
 */
export const isUnprovenRegistration = (
  db: Database,
  now: number,
  account: AccountRow = accounts,
): SQL | undefined =>
  and(
    isNull(account.emailVerifiedAt),
    isActive(account),
    sql`${account.role} = 'user'`,
    notExists(openInvitation(db, now, account)),
  );

/** The account that holds the address; none if the address is free or only an unproven registration has it. */
export function addressHolder(db: Database, emailKey: string | SQL, now: number) {
  const holder = alias(accounts, "holder");
  return db
    .select({ id: holder.id })
    .from(holder)
    .where(and(sql`${holder.emailKey} = ${emailKey}`, not(isUnprovenRegistration(db, now, holder) as SQL)));
}

/** Deletes the unproven registration of an address, which another account is about to get. */
export const deleteUnprovenRegistration = (db: Database, emailKey: string | SQL, now: number, where?: SQL) =>
  db
    .delete(accounts)
    .where(and(sql`${accounts.emailKey} = ${emailKey}`, isUnprovenRegistration(db, now), where));
