import { and, eq, type SQL } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Actor } from "../../admin/authorization/actor.ts";
import { actorStillAllowed } from "../../admin/users/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { auditEvents, oauthClients } from "../../db/schema.ts";
import { auditedAccount } from "./audited-account.ts";

/** A change of a client, with the facts that authorized it. */
export type ClientChange = {
  readonly actor: Actor;
  readonly clientId: string;
  readonly audit: NewAuditEvent;
};

/**
 * The first statement of a change: inserts the audit event if the client exists, `condition` holds and the actor still
 * has the role that authorized the change. The later statements of the batch depend on the event (`isAudited`).
 */
export const auditClientChange = (db: Database, { actor, clientId, audit }: ClientChange, condition?: SQL) =>
  insertFrom(
    db,
    auditEvents,
    auditRow(audit, auditedAccount(audit)),
    oauthClients,
    and(eq(oauthClients.id, clientId), condition, actorStillAllowed(db, actor)),
  ).returning({ id: auditEvents.id });
