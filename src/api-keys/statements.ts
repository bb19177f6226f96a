import { and, eq, exists, inArray, isNull, type SQLWrapper, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { emailVerifiedAt, isSignInAllowed } from "../db/predicates.ts";
import { accounts, apiKeys, auditEvents } from "../db/schema.ts";
import type { StoredApiKey } from "./api-key.ts";

/** The columns of `ApiKey`. */
export const keyColumns = {
  id: apiKeys.id,
  name: apiKeys.name,
  resource: apiKeys.resource,
  scope: apiKeys.scope,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

/** `scope` is space-separated. */
export const readScopes = (scope: string): readonly string[] => scope.split(" ").filter(Boolean);

/** Selects a key with its owner, who may sign in. For a batch of any endpoint; `readSelectedApiKey` reads the result. */
export const selectApiKey = (db: Database, id: string) =>
  db
    .select({
      ...keyColumns,
      secretHash: apiKeys.secretHash,
      // Names of their own: a batch returns rows by column name.
      accountId: sql<string>`${accounts.id}`.as("owner_id"),
      role: accounts.role,
      email: accounts.email,
      emailVerifiedAt: emailVerifiedAt(),
      ownerName: sql<string>`${accounts.name}`.as("owner_name"),
    })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.id, id), isSignInAllowed(), isNull(accounts.deletionDueAt)));

/** The result of `selectApiKey`. */
export function readSelectedApiKey(rows: Awaited<ReturnType<typeof selectApiKey>>): StoredApiKey | null {
  const [row] = rows;
  if (!row) return null;
  const { scope, emailVerifiedAt: at, ...key } = row;
  return { ...key, scopes: readScopes(scope), emailVerified: at !== null };
}

/**
 * Deletes the keys of an account whose address was only implied: the earlier user of the address may have created them.
 * Before the statement that verifies the address.
 */
export function removeForeignKeys(db: Database, accountIds: SQLWrapper, audit: NewAuditEvent) {
  const implied = and(inArray(accounts.id, accountIds), eq(accounts.emailImplied, true));
  const keysOf = db
    .select({ ids: sql`group_concat(${apiKeys.id}, ' ')` })
    .from(apiKeys)
    .where(sql`${apiKeys.accountId} = ${accounts.id}`);
  const hasKeys = exists(
    db.select({ one: sql`1` }).from(apiKeys).where(sql`${apiKeys.accountId} = ${accounts.id}`),
  );
  return [
    insertFrom(
      db,
      auditEvents,
      { ...auditRow(audit, sql`${accounts.id}`), details: sql`json_object('keyId', ${keysOf})` },
      accounts,
      and(implied, hasKeys),
    ),
    db
      .delete(apiKeys)
      .where(inArray(apiKeys.accountId, db.select({ id: accounts.id }).from(accounts).where(implied))),
  ];
}
