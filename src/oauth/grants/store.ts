import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { auditEvents, oauthClients, oauthGrants, sessions } from "../../db/schema.ts";
import type { EndedSession } from "../../sessions/publish-ended-sessions.ts";
import { sessionIsLive } from "../../sessions/statements.ts";
import { parseScope } from "../scopes.ts";
import type { ConnectedApp } from "./grant.ts";
import { grantUpdatedAt } from "./statements.ts";

/** Apps that a list shows. An account with more sees those that it allowed last. */
const MAX_LISTED = 100;

type Revocation = {
  readonly grantId: string;
  readonly accountId: string;
  /** The store completes its details. */
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type GrantStore = ReturnType<typeof grantStore>;

export const grantStore = (db: Database) => ({
  /** The apps of an account, the last consent first. */
  async list(accountId: string, now: number): Promise<ConnectedApp[]> {
    const lastUsedAt = db
      .select({ value: sql`max(${sessions.lastUsedAt})` })
      .from(sessions)
      .where(and(eq(sessions.grantId, oauthGrants.id), sessionIsLive(now)));
    const rows = await db
      .select({
        id: oauthGrants.id,
        clientId: oauthGrants.clientId,
        name: oauthClients.name,
        logoUri: oauthClients.logoUri,
        clientUri: oauthClients.clientUri,
        source: oauthClients.source,
        redirectHost: oauthGrants.redirectHost,
        resource: oauthGrants.resource,
        scope: oauthGrants.scope,
        createdAt: oauthGrants.createdAt,
        lastUsedAt: sql<number | null>`(${lastUsedAt})`.as("last_used"),
      })
      .from(oauthGrants)
      .innerJoin(oauthClients, eq(oauthClients.id, oauthGrants.clientId))
      .where(eq(oauthGrants.accountId, accountId))
      .orderBy(desc(grantUpdatedAt), desc(oauthGrants.id))
      .limit(MAX_LISTED);
    return rows.map(({ scope, ...row }) => ({ ...row, scopes: parseScope(scope) }));
  },

  /**
   * Deletes a consent of the account. Its codes and device requests go with it, and its sessions end in the same batch.
   * Null: the account has no such consent.
   */
  async revoke({ grantId, accountId, audit, now }: Revocation): Promise<readonly EndedSession[] | null> {
    const isTarget = and(eq(oauthGrants.id, grantId), eq(oauthGrants.accountId, accountId));
    const details = sql`json_object('client', ${oauthGrants.clientId})`;
    const { ended, revoked } = await runBatch(db, {
      audit: insertFrom(
        db,
        auditEvents,
        { ...auditRow(audit, oauthGrants.accountId), details },
        oauthGrants,
        isTarget,
      ),
      ended: db
        .update(sessions)
        .set({ revokedAt: now })
        .where(
          and(eq(sessions.grantId, grantId), eq(sessions.accountId, accountId), isNull(sessions.revokedAt)),
        )
        .returning({ id: sessions.id, idleExpiresAt: sessions.idleExpiresAt }),
      revoked: db.delete(oauthGrants).where(isTarget).returning({ id: oauthGrants.id }),
    });
    return revoked.length > 0 ? ended : null;
  },
});
