import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Account, AccountStatus, Role } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import { lastSignInAt } from "../../authentication/known-devices/statements.ts";
import type { Database } from "../../db/database.ts";
import { accounts } from "../../db/schema.ts";
import { matchExpression } from "./search-expression.ts";

export type DirectoryQuery = {
  /** The roles that the actor may see. Null means all. */
  readonly roles: readonly Role[] | null;
  readonly role?: Role;
  readonly status?: AccountStatus;
  /** Prefixes of words of the address, the names or the username. All must match. */
  readonly search?: string;
  readonly limit: number;
  /** `next` of the previous page, or null for the first page. */
  readonly after: number | null;
};

/** A user of the list. `lastSignInAt`: null if the user has not signed in, or remembers no device. */
export type ListedUser = Account & { readonly lastSignInAt: number | null };

/** `next` is the position of the last user, or null on the last page. */
export type DirectoryPage = { readonly users: ListedUser[]; readonly next: number | null };

export type UserDirectoryStore = ReturnType<typeof userDirectoryStore>;

/**
 * Lists and searches users, newest first. A position is SQLite's rowid, which never changes, so pages
 * neither repeat nor skip users while others are created or deleted. The index `account_search` returns
 * rowids in this order for every query, so reading stops when the page is full
 * (docs/decisions/016-finding-people.md).
 */
export function userDirectoryStore(db: Database) {
  return {
    async list(query: DirectoryQuery): Promise<DirectoryPage> {
      const { role, status, search, limit } = query;
      const roles = role === undefined ? query.roles : restrictTo(role, query.roles);
      const facets = [roles?.length === 1 ? roles[0] : undefined, status].filter(
        (facet) => facet !== undefined,
      );
      const match = matchExpression(search, facets);
      if (match === null) return { users: [], next: null };
      const where = and(
        // The accounts row decides. The index only finds candidates.
        roles === null ? undefined : inArray(accounts.role, [...roles]),
        status === undefined ? undefined : eq(accounts.status, status),
      );
      const rows = await (match === "" ? allUsers(db, query, where) : matchingUsers(db, match, query, where));
      const page = rows.slice(0, limit);
      return {
        users: page.map(({ position: _, ...account }) => account),
        next: rows.length > limit ? (page.at(-1)?.position ?? null) : null,
      };
    },

    /**
     * Merges a part of the index in about 50 ms, or nothing if all of it is merged. A deleted word can remain
     * as a separator between two pages of the index until its page is rewritten. `startOver`, once a day,
     * starts to rewrite all pages.
     */
    async cleanUp(startOver: boolean): Promise<void> {
      // 1,000 pages of 4 KB an hour: the index of a million users has 11,000.
      const pages = sql.raw(startOver ? "-1000" : "1000");
      await db.run(sql`INSERT INTO account_search (account_search, rank) VALUES ('merge', ${pages})`);
    },
  };
}

const restrictTo = (role: Role, roles: readonly Role[] | null): readonly Role[] =>
  roles === null || roles.includes(role) ? [role] : [];

const accountRowid = sql<number>`${accounts}.rowid`;
const searchRowid = sql<number>`account_search.rowid`;
const columnsOf = (db: Database) => ({
  id: accounts.id,
  ...accountColumns,
  lastSignInAt: lastSignInAt(db),
});

// D1 binds numbers as floats. FTS5 starts reading at an integer bound; with a float it would scan from the top.
const below = (rowid: SQL, after: number | null): SQL =>
  sql`${rowid} < CAST(${after ?? Number.MAX_SAFE_INTEGER} AS INTEGER)`;

/** Reads one row more than the page holds, to know whether there is a next page. */
const allUsers = (db: Database, { after, limit }: DirectoryQuery, where: SQL | undefined) =>
  db
    .select({ position: accountRowid, ...columnsOf(db) })
    .from(accounts)
    .where(and(below(accountRowid, after), where))
    .orderBy(sql`${accountRowid} DESC`)
    .limit(limit + 1);

/** SQLite keeps the order of a CROSS JOIN: the index finds the rows, and each is then looked up by rowid. */
const matchingUsers = (
  db: Database,
  match: string,
  { after, limit }: DirectoryQuery,
  where: SQL | undefined,
) =>
  db
    .select({ position: searchRowid, ...columnsOf(db) })
    .from(sql`account_search`)
    .crossJoin(accounts)
    .where(
      and(
        sql`account_search MATCH ${match}`,
        below(searchRowid, after),
        sql`${accountRowid} = ${searchRowid}`,
        where,
      ),
    )
    .orderBy(sql`${searchRowid} DESC`)
    .limit(limit + 1);
