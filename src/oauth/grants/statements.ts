import { and, eq, exists, inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accounts, auditEvents, oauthGrants, sessions } from "../../db/schema.ts";
import type { NewGrant } from "./grant.ts";

/** The consents of an account for a client, for all resources and hosts. */
export const selectGrants = (db: Database, accountId: string, clientId: string) =>
  db
    .select({
      id: oauthGrants.id,
      resource: oauthGrants.resource,
      scope: oauthGrants.scope,
      redirectHost: oauthGrants.redirectHost,
      isConsented: sql`${oauthGrants.updatedAt} > ${NO_CONSENT}`
        .mapWith((value: number) => value === 1)
        .as("is_consented"),
    })
    .from(oauthGrants)
    .where(and(eq(oauthGrants.accountId, accountId), eq(oauthGrants.clientId, clientId)));

/** `updated_at`, the last consent, of a grant that no user has consented to. */
const NO_CONSENT = 0;

/** When the grant was last changed. */
export const grantUpdatedAt = sql<number>`max(${oauthGrants.createdAt}, ${oauthGrants.updatedAt})`;

/** Stores the consent of the account of a session that meets the condition. An earlier one keeps its id. */
export const upsertGrant = (
  db: Database,
  { id, clientId, resource, redirectHost, scope, isConsented, now }: NewGrant,
  sessionIsHeld: SQL | undefined,
) =>
  insertFrom(
    db,
    oauthGrants,
    {
      id,
      accountId: sessions.accountId,
      clientId,
      resource,
      scope,
      redirectHost,
      createdAt: now,
      updatedAt: isConsented ? now : NO_CONSENT,
    },
    sessions,
    sessionIsHeld,
  ).onConflictDoUpdate({
    target: [oauthGrants.accountId, oauthGrants.clientId, oauthGrants.resource, oauthGrants.redirectHost],
    set: { scope: sql`excluded.scope`, updatedAt: sql`excluded.updated_at` },
  });

/**
 * Deletes the consents of an account whose address was only implied, as `removeGrants` does. Before the statement that
 * verifies the address.
 */
export const removeForeignGrants = (db: Database, accountIds: SQLWrapper, audit: NewAuditEvent) =>
  removeGrants(db, accountIds, audit, eq(accounts.emailImplied, true));

/**
 * Deletes the consents of accounts, with their codes and device requests: an earlier user of the account may have given
 * them, and a client would get codes of the owner without a page. The batch also ends the sessions.
 */
export function removeGrants(db: Database, accountIds: SQLWrapper, audit: NewAuditEvent, where?: SQL) {
  const affected = and(inArray(accounts.id, accountIds), where);
  const isGrant = sql`${oauthGrants.accountId} = ${accounts.id}`;
  const clientsOf = db
    .select({ ids: sql`group_concat(DISTINCT ${oauthGrants.clientId})` })
    .from(oauthGrants)
    .where(isGrant);
  const hasGrants = exists(db.select({ one: sql`1` }).from(oauthGrants).where(isGrant));
  return [
    insertFrom(
      db,
      auditEvents,
      { ...auditRow(audit, sql`${accounts.id}`), details: sql`json_object('client', ${clientsOf})` },
      accounts,
      and(affected, hasGrants),
    ),
    db
      .delete(oauthGrants)
      .where(inArray(oauthGrants.accountId, db.select({ id: accounts.id }).from(accounts).where(affected))),
  ];
}
