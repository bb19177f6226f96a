import { and, eq, exists, isNull, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isSignInAllowed, isUsable } from "../../db/predicates.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { NewAuditEvent } from "../audit-log/audit-event.ts";
import { auditRow, isAudited } from "../audit-log/statements.ts";
import type { Actor } from "../authorization/actor.ts";
import type { AdminAction } from "../authorization/admin-action.ts";

export type AuditedAction = AdminAction & { readonly audit: NewAuditEvent };

/**
 * The first statement of an admin action's batch: inserts the audit event if actor and target are
 * unchanged and `condition` holds. The event's id is unique, so the later statements of the batch use
 * its existence, `wasApplied`, as their condition.
 */
export const applyIf = (db: Database, action: AuditedAction, condition?: SQL) =>
  insertFrom(
    db,
    auditEvents,
    auditRow(action.audit, action.target.id),
    accounts,
    and(actionUnchanged(db, action), condition),
  ).returning({ id: auditEvents.id });

export const wasApplied = (db: Database, action: AuditedAction): SQL => isAudited(db, action.audit);

/**
 * The target's id if actor and target are unchanged and `condition` holds. Read before the batch changes
 * anything, it distinguishes the reasons of a refusal.
 */
export const targetUnchanged = (db: Database, action: AdminAction, condition?: SQL) =>
  db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(actionUnchanged(db, action), condition));

const actionUnchanged = (db: Database, { actor, target }: AdminAction): SQL | undefined =>
  and(
    eq(accounts.id, target.id),
    eq(accounts.role, target.role),
    eq(accounts.status, target.status),
    actorStillAllowed(db, actor),
  );

/** Whether the actor is still active and still has the role that authorized the action. */
export function actorStillAllowed(db: Database, actor: Actor): SQL | undefined {
  if (actor.kind === "operator") return undefined;
  const actorRow = alias(accounts, "acting");
  return sql`EXISTS ${db
    .select({ one: sql`1` })
    .from(actorRow)
    .where(and(eq(actorRow.id, actor.accountId), eq(actorRow.role, actor.role), isUsable(actorRow)))}`;
}

/** Whether an active superuser remains if this account is no longer one (contract §3). */
export const anotherSuperuserExists = (db: Database, accountId: string): SQL | undefined =>
  or(ne(accounts.role, "superuser"), exists(activeSuperuser(db, accountId)));

/** Superusers who can sign in. An invited one who has not accepted yet cannot, and does not count. */
export function activeSuperuser(db: Database, exceptId?: string) {
  const other = alias(accounts, "other");
  // The role is a literal, not a parameter: SQLite uses a partial index only if the query has its exact condition.
  return db
    .select({ one: sql`1` })
    .from(other)
    .where(
      and(
        sql`${other.role} = 'superuser'`,
        isSignInAllowed(other),
        // Nor does one whose deletion is pending.
        isNull(other.deletionDueAt),
        exceptId === undefined ? undefined : ne(other.id, exceptId),
      ),
    );
}
