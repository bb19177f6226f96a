import { and, eq, inArray, notExists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents, identities } from "../../db/schema.ts";

/**
 * Identities that the mailbox of their account does not vouch for: those whose provider has not verified that very
 * address. What is not known is not vouched for.
 */
const isUnverifiedIdentity = (db: Database, whose: SQLWrapper): SQL | undefined =>
  and(
    inArray(identities.accountId, whose),
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

/** Whether an account has any; for what speaks of them, before they go. */
export const hasUnverifiedIdentity = (db: Database, whose: SQLWrapper): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(identities).where(isUnverifiedIdentity(db, whose))}`;

/** Writes one row of the trail for each of them, and takes them away. Their login codes are good for nothing without them. */
export const removeUnverifiedIdentities = (db: Database, whose: SQLWrapper, audit: NewAuditEvent) => [
  insertFrom(
    db,
    auditEvents,
    {
      ...audit,
      // An id of its own for each: that of the identity, which nobody has from here on.
      id: identities.id,
      accountId: identities.accountId,
      details: sql`json_object('provider', ${identities.provider})`,
    },
    identities,
    isUnverifiedIdentity(db, whose),
  ),
  db.delete(identities).where(isUnverifiedIdentity(db, whose)),
];
