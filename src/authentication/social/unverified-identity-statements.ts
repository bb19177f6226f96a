import { and, eq, inArray, notExists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accounts, auditEvents, identities } from "../../db/schema.ts";

/** Identities whose provider has not verified the account's own address, including those without an address. */
const isUnverifiedIdentity = (db: Database, accountIds: SQLWrapper): SQL | undefined =>
  and(
    inArray(identities.accountId, accountIds),
    notExists(
      db
        .select({ one: sql`1` })
        .from(accounts)
        .where(
          and(
            eq(accounts.id, identities.accountId),
            eq(sql`lower(${accounts.email})`, sql`lower(${identities.email})`),
          ),
        ),
    ),
  );

/** Whether an account has unverified identities, for statements that precede their removal. */
export const hasUnverifiedIdentity = (db: Database, accountIds: SQLWrapper): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(identities).where(isUnverifiedIdentity(db, accountIds))}`;

/** Removes the unverified identities of an account, each with an audit event. Their authorization codes become invalid. */
export const removeUnverifiedIdentities = (db: Database, accountIds: SQLWrapper, audit: NewAuditEvent) => [
  insertFrom(
    db,
    auditEvents,
    {
      ...auditRow(audit, identities.accountId),
      // Each event needs its own id: it takes over the id of the removed identity.
      id: identities.id,
      details: sql`json_object('provider', ${identities.provider})`,
    },
    identities,
    isUnverifiedIdentity(db, accountIds),
  ),
  db.delete(identities).where(isUnverifiedIdentity(db, accountIds)),
];
