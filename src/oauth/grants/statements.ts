import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { oauthGrants, sessions } from "../../db/schema.ts";
import type { NewGrant } from "./grant.ts";

/** The consents of an account for a client, for all resources and hosts. */
export const selectGrants = (db: Database, accountId: string, clientId: string) =>
  db
    .select({
      id: oauthGrants.id,
      resource: oauthGrants.resource,
      scope: oauthGrants.scope,
      redirectHost: oauthGrants.redirectHost,
    })
    .from(oauthGrants)
    .where(and(eq(oauthGrants.accountId, accountId), eq(oauthGrants.clientId, clientId)));

/** Stores the consent of the account of a session that meets the condition. An earlier one keeps its id. */
export const upsertGrant = (
  db: Database,
  { id, clientId, resource, redirectHost, scope, now }: NewGrant,
  sessionIsHeld: SQL | undefined,
) =>
  insertFrom(
    db,
    oauthGrants,
    {
      id,
      accountId: sessions.accountId,
      clientId,
      resource,
      scope,
      redirectHost,
      createdAt: now,
      updatedAt: now,
    },
    sessions,
    sessionIsHeld,
  ).onConflictDoUpdate({
    target: [oauthGrants.accountId, oauthGrants.clientId, oauthGrants.resource, oauthGrants.redirectHost],
    set: { scope: sql`excluded.scope`, updatedAt: now },
  });
