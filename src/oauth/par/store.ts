import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { oauthClients, oauthPushedRequests } from "../../db/schema.ts";
import type { UsedAssertion } from "../client-authentication/client-assertion.ts";
import { assertionIsUnused, runBatchOnce } from "../client-authentication/statements.ts";

export type NewPushedRequest = typeof oauthPushedRequests.$inferInsert;

export type PushedRequestStore = ReturnType<typeof pushedRequestStore>;

export const pushedRequestStore = (db: Database) => ({
  /** Stores the request, unless the assertion of its client was used before. */
  async create(
    request: NewPushedRequest,
    assertion: UsedAssertion | null,
  ): Promise<"created" | "assertion_used"> {
    const isClient = and(eq(oauthClients.id, request.clientId), assertionIsUnused(db, assertion));
    const results = await runBatchOnce(db, assertion, {
      created: insertFrom(db, oauthPushedRequests, request, oauthClients, isClient),
    });
    return results === null ? "assertion_used" : "created";
  },
});
