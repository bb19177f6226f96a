import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { isAudited } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertUnless } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, oauthClientSecrets, oauthClients, oauthGrants } from "../../db/schema.ts";
import type { EndedSession } from "../../sessions/publish-ended-sessions.ts";
import type { DeletedClient } from "../backchannel-logout/notify-deleted-client.ts";
import { grantUpdatedAt } from "../grants/statements.ts";
import { auditClientChange, type ClientChange } from "./audit-statements.ts";
import type { Client, ClientWithSecrets } from "./client.ts";
import type { ClientGrant, ClientOverview, ClientPosition } from "./client-overview.ts";
import { type ClientDeletion, deleteWithSessions } from "./delete-statements.ts";
import { clientRow, insertClient, type NewClient } from "./insert-statements.ts";
import { deleteSurplusDocuments } from "./metadata-statements.ts";
import { readSelectedClient, secretIsLive, selectClient } from "./statements.ts";

type Page<Row, Position> = { readonly rows: readonly Row[]; readonly next: Position | null };

type DeletedWithSessions = {
  readonly client: DeletedClient;
  readonly ended: readonly (EndedSession & { readonly accountId: string })[];
};

export type ClientStore = ReturnType<typeof clientStore>;

const t = oauthClients;

export function clientStore(db: Database) {
  const secretsOf = (clientId: string, now: number) =>
    db
      .select({
        id: oauthClientSecrets.id,
        createdAt: oauthClientSecrets.createdAt,
        expiresAt: oauthClientSecrets.expiresAt,
      })
      .from(oauthClientSecrets)
      .where(and(eq(oauthClientSecrets.clientId, clientId), secretIsLive(now)))
      .orderBy(desc(oauthClientSecrets.createdAt));
  return {
    async find(clientId: string, now: number): Promise<ClientWithSecrets | null> {
      return readSelectedClient(await selectClient(db, clientId, now));
    },

    /** The client with its live secrets, and the number of its grants. */
    async read(clientId: string, now: number): Promise<ClientOverview | null> {
      const { found, secrets, grants } = await runBatch(db, {
        found: db.select().from(t).where(eq(t.id, clientId)),
        secrets: secretsOf(clientId, now),
        grants: db
          .select({ count: sql<number>`count(*)` })
          .from(oauthGrants)
          .where(eq(oauthGrants.clientId, clientId)),
      });
      const [client] = found;
      return client ? { client: client as Client, secrets, grants: grants[0]?.count ?? 0 } : null;
    },

    /** One page, newest first. Instant and id make a total order. */
    async list(query: { readonly limit: number; readonly after: ClientPosition | null }) {
      const { at, id } = query.after ?? { at: Number.MAX_SAFE_INTEGER, id: "" };
      const rows = await db
        .select()
        .from(t)
        .where(sql`(${t.createdAt}, ${t.id}) < (${at}, ${id})`)
        .orderBy(desc(t.createdAt), desc(t.id))
        .limit(query.limit + 1);
      return pageOf(
        rows as Client[],
        query.limit,
        (last): ClientPosition => ({ at: last.createdAt, id: last.id }),
      );
    },

    /** The clients of the configuration file. It reads the whole table: for commands, not for requests. */
    async listConfigured(): Promise<readonly Client[]> {
      return (await db.select().from(t).where(eq(t.source, "configuration"))) as Client[];
    },

    /** One page of the consents that users gave the client. */
    async listGrants(query: {
      readonly clientId: string;
      readonly limit: number;
      readonly after: string | null;
    }) {
      const rows: ClientGrant[] = await db
        .select({
          id: oauthGrants.id,
          accountId: oauthGrants.accountId,
          email: accounts.email,
          resource: oauthGrants.resource,
          scope: oauthGrants.scope,
          redirectHost: oauthGrants.redirectHost,
          createdAt: oauthGrants.createdAt,
          updatedAt: grantUpdatedAt.as("changed_at"),
        })
        .from(oauthGrants)
        .innerJoin(accounts, eq(accounts.id, oauthGrants.accountId))
        .where(and(eq(oauthGrants.clientId, query.clientId), gt(oauthGrants.id, query.after ?? "")))
        .orderBy(asc(oauthGrants.id))
        .limit(query.limit + 1);
      return pageOf(rows, query.limit, (last) => last.id);
    },

    /** "taken": a client has this id. "changed_meanwhile": the actor lost the permission. */
    async create(creation: NewClient): Promise<"created" | "taken" | "changed_meanwhile"> {
      const { taken, created } = await runBatch(db, insertClient(db, creation));
      if (taken.length > 0) return "taken";
      return created.length > 0 ? "created" : "changed_meanwhile";
    },

    /** Registers a client that asked for it. False: too many have registered since `since` and were never used. */
    async register(
      client: Client,
      limit: { readonly since: number; readonly max: number },
    ): Promise<boolean> {
      const surplus = db
        .select({ one: sql`1` })
        .from(t)
        // A literal, as in the partial index.
        .where(and(gt(t.createdAt, limit.since), sql`${t.lastUsedAt} IS NULL`, eq(t.source, "registration")))
        .limit(1)
        .offset(limit.max - 1);
      const inserted = await insertUnless(db, t, clientRow(client), surplus).returning({ id: t.id });
      return inserted.length > 0;
    },

    /** Inserts or replaces a client of a metadata document. A client that was registered otherwise stays unchanged. */
    async saveMetadata(client: Client): Promise<void> {
      const { id: _id, createdAt: _createdAt, lastUsedAt: _lastUsedAt, ...metadata } = clientRow(client);
      await runBatch(db, {
        saved: db
          .insert(t)
          .values(clientRow(client))
          .onConflictDoUpdate({ target: t.id, set: metadata, setWhere: sql`${t.source} = 'metadata'` }),
        surplus: deleteSurplusDocuments(db),
      });
    },

    /** Replaces the client's row if it is still of `before`. A public client keeps no secrets. */
    async update(
      change: ClientChange & { readonly before: Client; readonly after: Client },
    ): Promise<boolean> {
      const { after, audit, clientId } = change;
      const unchanged = and(eq(t.updatedAt, change.before.updatedAt), eq(t.source, change.before.source));
      const isDone = isAudited(db, audit);
      const { audited } = await runBatch(db, {
        audited: auditClientChange(db, change, unchanged),
        updated: db
          .update(t)
          .set(clientRow(after))
          .where(and(eq(t.id, clientId), isDone)),
        secrets:
          after.authMethod === "none" || after.authMethod === "private_key_jwt"
            ? [db.delete(oauthClientSecrets).where(and(eq(oauthClientSecrets.clientId, clientId), isDone))]
            : [],
      });
      return audited.length > 0;
    },

    /**
     * Ends the client's sessions, then deletes it. Its grants, codes and requests go by cascade. Null: there is no such
     * client.
     */
    async delete(change: ClientDeletion): Promise<DeletedWithSessions | null> {
      const { client, audited, ended } = await runBatch(db, deleteWithSessions(db, change));
      return audited.length > 0 && client[0] ? { client: client[0], ended } : null;
    },
  };
}

function pageOf<Row, Position>(
  found: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): Page<Row, Position> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last !== undefined ? positionOf(last) : null };
}
