import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Account, AccountStatus, Role } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { Database } from "../../db/database.ts";
import { accounts } from "../../db/schema.ts";
import { matchExpression } from "./search-expression.ts";

export type DirectoryQuery = {
  /** The roles that the asker may see; null for all. */
  readonly roles: readonly Role[] | null;
  readonly role?: Role;
  readonly status?: AccountStatus;
  /** Words, each of which must begin a word of the address, the names or the username. */
  readonly search?: string;
  readonly limit: number;
  /** The position to go on after, or null for the beginning. */
  readonly after: number | null;
};

/** `next` is the position of the last of them, or null when there are no more. */
export type DirectoryPage = { readonly users: Account[]; readonly next: number | null };

/**
 * People for admins, newest first. The position is SQLite's rowid, which never changes, so that pages neither
 * repeat nor lose anybody while people come and go. Whatever is asked for, the index `account_search` gives its
 * rowids in this very order, and reading stops when the page is full (docs/decisions/016-finding-people.md).
 */
export function userDirectoryStore(db: Database) {
  return {
    async list(query: DirectoryQuery): Promise<DirectoryPage> {
      const { role, status, search, limit } = query;
      const roles = role === undefined ? query.roles : visible(role, query.roles);
      const facets = [roles?.length === 1 ? roles[0] : undefined, status].filter(
        (facet) => facet !== undefined,
      );
      const match = matchExpression(search, facets);
      if (match === null || roles?.length === 0) return { users: [], next: null };
      const where = and(
        // Once more by the row itself, which the index only points to.
        roles === null ? undefined : inArray(accounts.role, [...roles]),
        status === undefined ? undefined : eq(accounts.status, status),
      );
      const rows = await (match === "" ? everybody(db, query, where) : matching(db, match, query, where));
      const page = rows.slice(0, limit);
      return {
        users: page.map(({ position: _, ...account }) => account),
        next: rows.length > limit ? (page.at(-1)?.position ?? null) : null,
      };
    },

    /**
     * Merges a part of the index, in some 50 ms; nothing when all is merged. A word that is gone may still be a
     * signpost between two pages until its page is written anew, which `begin` sees to, once a day.
     */
    async tidy(begin: boolean): Promise<void> {
      // Pages of 4 KB: a million people have 11,000, and a day 24 such hours.
      const pages = sql.raw(begin ? "-1000" : "1000");
      await db.run(sql`INSERT INTO account_search (account_search, rank) VALUES ('merge', ${pages})`);
    },
  };
}

const visible = (role: Role, roles: readonly Role[] | null): readonly Role[] =>
  roles === null || roles.includes(role) ? [role] : [];

const accountRowid = sql<number>`${accounts}.rowid`;
const searchRowid = sql<number>`account_search.rowid`;
const columns = { id: accounts.id, ...accountColumns };

// D1 binds numbers as floats. FTS5 starts at a bound that is an integer; at a float it would read from the top.
const below = (rowid: SQL, after: number | null): SQL =>
  sql`${rowid} < CAST(${after ?? Number.MAX_SAFE_INTEGER} AS INTEGER)`;

/** One row more than the page has room for tells whether there is a next one. */
const everybody = (db: Database, { after, limit }: DirectoryQuery, where: SQL | undefined) =>
  db
    .select({ position: accountRowid, ...columns })
    .from(accounts)
    .where(and(below(accountRowid, after), where))
    .orderBy(sql`${accountRowid} DESC`)
    .limit(limit + 1);

/** A CROSS JOIN, since SQLite takes its left side first: the index finds, the table is only looked up. */
const matching = (db: Database, match: string, { after, limit }: DirectoryQuery, where: SQL | undefined) =>
  db
    .select({ position: searchRowid, ...columns })
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
