import { and, eq, inArray, isNull } from "drizzle-orm";
import { isAudited } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { oauthGrants, sessions, oauthClients as t } from "../../db/schema.ts";
import { auditClientChange, type ClientChange } from "./audit-statements.ts";

export type ClientDeletion = ClientChange & { readonly now: number };

/** The batch that ends the sessions of a client, then deletes it. */
export function deleteWithSessions(db: Database, change: ClientDeletion) {
  const { clientId, audit, now } = change;
  const isDone = isAudited(db, audit);
  const grants = db
    .select({ id: oauthGrants.id })
    .from(oauthGrants)
    .where(eq(oauthGrants.clientId, clientId));
  return {
    client: db
      .select({ id: t.id, backchannelLogoutUri: t.backchannelLogoutUri, idTokenAlg: t.idTokenAlg })
      .from(t)
      .where(eq(t.id, clientId)),
    audited: auditClientChange(db, change),
    // Each session of a client has a grant. A session without one belongs to this service.
    ended: db
      .update(sessions)
      .set({ revokedAt: now })
      .where(and(inArray(sessions.grantId, grants), isNull(sessions.revokedAt), isDone))
      .returning({
        id: sessions.id,
        accountId: sessions.accountId,
        idleExpiresAt: sessions.idleExpiresAt,
      }),
    deleted: db.delete(t).where(and(eq(t.id, clientId), isDone)),
  };
}
