import { and, eq, sql } from "drizzle-orm";
import { auditRow, isAudited } from "../../admin/audit-log/statements.ts";
import { actorStillAllowed } from "../../admin/users/statements.ts";
import { markAuditInsert } from "../../db/audit-observer.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertIf } from "../../db/insert-select.ts";
import { auditEvents, oauthClientSecrets, oauthClients } from "../../db/schema.ts";
import type { ClientChange } from "./audit-statements.ts";
import { auditedAccount } from "./audited-account.ts";
import type { Client, ClientSecret } from "./client.ts";

export type NewClient = Omit<ClientChange, "clientId"> & {
  readonly client: Client;
  readonly secrets: readonly ClientSecret[];
};

/** The client as a row: a JSON column takes a mutable list. */
export const clientRow = (client: Client) => ({ ...client });

/** The batch that registers a client, if its id is free and the actor still has the role that authorized it. */
export function insertClient(db: Database, { actor, client, secrets, audit }: NewClient) {
  const withId = db.select({ id: oauthClients.id }).from(oauthClients).where(eq(oauthClients.id, client.id));
  const isAllowed = and(sql`NOT EXISTS ${withId}`, actorStillAllowed(db, actor));
  const event = auditRow(audit, auditedAccount(audit));
  return {
    taken: withId,
    audited: markAuditInsert(insertIf(db, auditEvents, event, isAllowed), audit.type),
    created: insertIf(db, oauthClients, clientRow(client), isAudited(db, audit)).returning({
      id: oauthClients.id,
    }),
    secrets: secrets.map((secret) => insertSecret(db, { clientId: client.id, audit }, secret)),
  };
}

/** Inserts a secret if the batch has written its audit event. */
export const insertSecret = (
  db: Database,
  { clientId, audit }: Pick<ClientChange, "clientId" | "audit">,
  secret: ClientSecret,
) =>
  insertFrom(
    db,
    oauthClientSecrets,
    { ...secret, clientId },
    oauthClients,
    and(eq(oauthClients.id, clientId), isAudited(db, audit)),
  );
