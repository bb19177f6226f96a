import { and, eq, gt } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { oauthPushedRequests } from "../../db/schema.ts";

type PushedRequestKey = { readonly requestHash: string; readonly clientId: string; readonly now: number };

/** The parameters of a pushed request, if that client has pushed it (RFC 9126 §4), and it has not expired or been used. */
export const selectPushedRequest = (db: Database, { requestHash, clientId, now }: PushedRequestKey) =>
  db
    .select({ parameters: oauthPushedRequests.parameters })
    .from(oauthPushedRequests)
    .where(
      and(
        eq(oauthPushedRequests.requestHash, requestHash),
        eq(oauthPushedRequests.clientId, clientId),
        gt(oauthPushedRequests.expiresAt, now),
      ),
    );
