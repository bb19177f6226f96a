import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { isAudited } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { oauthClientSecrets, oauthClients } from "../../db/schema.ts";
import { auditClientChange, type ClientChange } from "./audit-statements.ts";
import type { ClientSecret } from "./client.ts";
import { insertSecret } from "./insert-statements.ts";
import { secretIsLive } from "./statements.ts";

export type ClientSecretStore = ReturnType<typeof clientSecretStore>;

/** Changes of the secrets of clients. Each returns false if the client, or the secret, does not exist any more. */
export function clientSecretStore(db: Database) {
  return {
    /**
     * Adds a secret. The newest of the others ends at `overlapUntil`, the rest end now, so that at most two are valid.
     */
    async rotateSecret(
      change: ClientChange & {
        readonly secret: ClientSecret;
        readonly overlapUntil: number;
        readonly now: number;
      },
    ): Promise<boolean> {
      const { clientId, audit, secret, overlapUntil, now } = change;
      const ofClient = and(eq(oauthClientSecrets.clientId, clientId), isAudited(db, audit));
      const newest = db
        .select({ id: oauthClientSecrets.id })
        .from(oauthClientSecrets)
        .where(and(eq(oauthClientSecrets.clientId, clientId), secretIsLive(now)))
        .orderBy(desc(oauthClientSecrets.createdAt), desc(oauthClientSecrets.id))
        .limit(1);
      const isKept = overlapUntil > now ? sql`${oauthClientSecrets.id} IN ${newest}` : sql`FALSE`;
      const { audited } = await runBatch(db, {
        audited: auditClientChange(
          db,
          change,
          inArray(oauthClients.authMethod, ["client_secret_basic", "client_secret_post"]),
        ),
        ended: db.delete(oauthClientSecrets).where(and(ofClient, sql`NOT ${isKept}`)),
        limited: db
          .update(oauthClientSecrets)
          .set({
            expiresAt: sql`min(coalesce(${oauthClientSecrets.expiresAt}, ${overlapUntil}), ${overlapUntil})`,
          })
          .where(ofClient),
        added: insertSecret(db, change, secret),
      });
      return audited.length > 0;
    },

    /** Makes these the only secrets of the client. */
    async setSecrets(change: ClientChange & { readonly secrets: readonly ClientSecret[] }): Promise<boolean> {
      const { clientId, audit, secrets } = change;
      const { audited } = await runBatch(db, {
        audited: auditClientChange(db, change),
        deleted: db
          .delete(oauthClientSecrets)
          .where(and(eq(oauthClientSecrets.clientId, clientId), isAudited(db, audit))),
        added: secrets.map((secret) => insertSecret(db, change, secret)),
      });
      return audited.length > 0;
    },

    async deleteSecret(change: ClientChange & { readonly secretId: string }): Promise<boolean> {
      const { clientId, audit, secretId } = change;
      const isSecret = and(eq(oauthClientSecrets.id, secretId), eq(oauthClientSecrets.clientId, clientId));
      const exists = sql`EXISTS ${db.select({ one: sql`1` }).from(oauthClientSecrets).where(isSecret)}`;
      const { audited } = await runBatch(db, {
        audited: auditClientChange(db, change, exists),
        deleted: db.delete(oauthClientSecrets).where(and(isSecret, isAudited(db, audit))),
      });
      return audited.length > 0;
    },
  };
}
