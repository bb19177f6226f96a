import { and, eq, exists, isNotNull, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents } from "../../db/schema.ts";
import type { NewAuditEvent } from "../audit-log/audit-event.ts";
import { auditRow, isAudited } from "../audit-log/statements.ts";
import type { Actor, AdminAction } from "../authorization/admin-action.ts";

type Decision = AdminAction & { readonly audit: NewAuditEvent };

/**
 * The first statement of a batch that acts on an account: the audit row comes into being if actor and
 * target are still what the act was judged by, and `also` holds. Its id is this act's alone, so it is
 * the mark that all later statements hang on, by `decided`.
 */
export const applyIf = (db: Database, act: Decision, also?: SQL) =>
  insertFrom(
    db,
    auditEvents,
    auditRow(act.audit, act.target.id),
    accounts,
    and(factsHold(db, act), also),
  ).returning({ id: auditEvents.id });

export const wasApplied = (db: Database, act: Decision): SQL => isAudited(db, act.audit);

/** The target if the facts hold: read before anything changes, it tells a refusal's reason. */
export const targetUnchanged = (db: Database, act: AdminAction, also?: SQL) =>
  db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(factsHold(db, act), also));

const factsHold = (db: Database, { actor, target }: AdminAction): SQL | undefined =>
  and(
    eq(accounts.id, target.id),
    eq(accounts.role, target.role),
    eq(accounts.status, target.status),
    actorStillAllowed(db, actor),
  );

/** Whether the actor is still active, and of the role that allowed the act. */
export function actorStillAllowed(db: Database, actor: Actor): SQL | undefined {
  if (actor === "operator") return undefined;
  const acting = alias(accounts, "acting");
  return sql`EXISTS ${db
    .select({ one: sql`1` })
    .from(acting)
    .where(and(eq(acting.id, actor.id), eq(acting.role, actor.role), eq(acting.status, "active")))}`;
}

/** Whether a superuser is left when that account is one no more (contract §3). */
export const anotherSuperuserExists = (db: Database, accountId: string): SQL | undefined =>
  or(ne(accounts.role, "superuser"), exists(activeSuperuser(db, accountId)));

/** One who has not taken up an invitation yet cannot sign in, and does not count. */
export function activeSuperuser(db: Database, butNot?: string) {
  const other = alias(accounts, "other");
  // The role is written out, not bound: SQLite uses a partial index only for the very same condition.
  return db
    .select({ one: sql`1` })
    .from(other)
    .where(
      and(
        sql`${other.role} = 'superuser'`,
        eq(other.status, "active"),
        isNotNull(other.emailVerifiedAt),
        butNot === undefined ? undefined : ne(other.id, butNot),
      ),
    );
}
