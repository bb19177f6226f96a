import { and, desc, eq, gt, lte, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { oauthClients, oauthGrants } from "../../db/schema.ts";

/**
 * Clients of metadata documents that no user has allowed. With CLIENT_METADATA_DOCUMENTS=on each request may name another
 * document, so that their number has a bound.
 */
const MAX_UNUSED = 1000;

/** Deletes the oldest clients of metadata documents beyond `MAX_UNUSED` that have no grant. Their next request reads them again. */
export function deleteSurplusDocuments(db: Database) {
  const newer = alias(oauthClients, "newer");
  const lastKept = db
    .select({ createdAt: newer.createdAt })
    .from(newer)
    // A literal, as in the partial index.
    .where(and(sql`${newer.lastUsedAt} IS NULL`, eq(newer.source, "metadata"), gt(newer.createdAt, 0)))
    .orderBy(desc(newer.createdAt))
    .limit(1)
    .offset(MAX_UNUSED);
  return db
    .delete(oauthClients)
    .where(
      and(
        sql`${oauthClients.lastUsedAt} IS NULL`,
        eq(oauthClients.source, "metadata"),
        lte(oauthClients.createdAt, sql`(${lastKept})`),
        sql`NOT EXISTS ${db
          .select({ one: sql`1` })
          .from(oauthGrants)
          .where(eq(oauthGrants.clientId, oauthClients.id))}`,
      ),
    );
}
