import { and, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import {
  oauthAuthorizationCodes as codes,
  oauthDeviceRequests as requests,
  sessions,
} from "../../db/schema.ts";
import { sessionIsLive } from "../../sessions/statements.ts";
import { selectAssertionUse } from "../client-authentication/statements.ts";
import type { ClientWithSecrets } from "../clients/client.ts";
import { readSelectedClient, selectClient } from "../clients/statements.ts";
import type { AuthorizedAccess, PresentedGrant } from "./presented-grant.ts";

type TokenRequestFacts = {
  readonly client: ClientWithSecrets | null;
  /** Null: nothing was presented, or the client has nothing of that kind that is unused and not expired. */
  readonly access: AuthorizedAccess | null;
  /** Whether an earlier request has used the assertion. */
  readonly isReplay: boolean;
};

type Presented = {
  readonly clientId: string;
  readonly grant: PresentedGrant | null;
  /** SHA-256 of the `jti` of the presented assertion. */
  readonly jtiHash: string | null;
};

export type TokenRequestStore = ReturnType<typeof tokenRequestStore>;

export function tokenRequestStore(db: Database) {
  return {
    /** Reads the client, and in the same batch what the presented grant allows. */
    async read({ clientId, grant, jtiHash }: Presented, now: number): Promise<TokenRequestFacts> {
      const client = selectClient(db, clientId, now);
      const use = selectAssertionUse(db, { clientId, jtiHash: jtiHash ?? "" });
      if (grant === null) {
        const found = await runBatch(db, { client, use });
        return { client: readSelectedClient(found.client), access: null, isReplay: found.use.length > 0 };
      }
      const found = await runBatch(db, { client, use, access: selectAccess(db, clientId, grant, now) });
      const [row] = found.access;
      return {
        client: readSelectedClient(found.client),
        access: row ? accessOf(row) : null,
        isReplay: found.use.length > 0,
      };
    },
  };
}

type AccessRow = {
  readonly accountId: string;
  readonly resource: string | null;
  readonly scope: string | null;
};

const accessOf = ({ accountId, resource, scope }: AccessRow): AuthorizedAccess => ({
  accountId,
  // Codes and device requests without a resource have an empty one.
  resource: resource === "" ? null : resource,
  scope: scope ?? "",
});

function selectAccess(db: Database, clientId: string, presented: PresentedGrant, now: number) {
  if (presented.kind === "code")
    return db
      .select({ accountId: codes.accountId, resource: codes.resource, scope: codes.scope })
      .from(codes)
      .where(
        and(
          eq(codes.codeHash, presented.hash),
          eq(codes.clientId, clientId),
          isNull(codes.claim),
          gt(codes.expiresAt, now),
        ),
      );
  if (presented.kind === "device_code")
    return db
      .select({
        accountId: sql<string>`${requests.accountId}`.as("account_id"),
        resource: requests.resource,
        scope: requests.scope,
      })
      .from(requests)
      .where(
        and(
          eq(requests.deviceCodeHash, presented.hash),
          eq(requests.clientId, clientId),
          eq(requests.state, "approved"),
          isNotNull(requests.accountId),
          isNull(requests.claim),
          gt(requests.expiresAt, now),
        ),
      );
  return db
    .select({ accountId: sessions.accountId, resource: sessions.audience, scope: sessions.scope })
    .from(sessions)
    .where(and(eq(sessions.id, presented.sessionId), eq(sessions.clientId, clientId), sessionIsLive(now)));
}
