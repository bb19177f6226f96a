import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { oauthClientSecrets, oauthClients } from "../../db/schema.ts";
import type { Client, ClientWithSecrets } from "./client.ts";

/** Selects a client with the hashes of its live secrets, as a JSON array. For a batch of any OAuth endpoint. */
export const selectClient = (db: Database, clientId: string, now: number) =>
  db
    .select({ client: oauthClients, secretHashes: liveSecretHashes(db, now).as("secret_hashes") })
    .from(oauthClients)
    .where(eq(oauthClients.id, clientId));

const liveSecretHashes = (db: Database, now: number) =>
  sql<string[]>`(${db
    .select({ hashes: sql`json_group_array(${oauthClientSecrets.secretHash})` })
    .from(oauthClientSecrets)
    .where(and(eq(oauthClientSecrets.clientId, oauthClients.id), secretIsLive(now)))})`.mapWith(
    (text: string) => JSON.parse(text) as string[],
  );

/** Whether a secret is valid at `now`. */
export const secretIsLive = (now: number): SQL | undefined =>
  or(isNull(oauthClientSecrets.expiresAt), gt(oauthClientSecrets.expiresAt, now));

/** The result of `selectClient`. */
export function readSelectedClient(rows: Awaited<ReturnType<typeof selectClient>>): ClientWithSecrets | null {
  const [row] = rows;
  return row ? { client: row.client as Client, secretHashes: row.secretHashes } : null;
}
