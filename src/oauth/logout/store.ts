import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { sessions } from "../../db/schema.ts";
import type { ClientWithSecrets } from "../clients/client.ts";
import { readSelectedClient, selectClient } from "../clients/statements.ts";

type Lookup = {
  readonly clientId: string;
  /** The session of the browser. */
  readonly sessionId: string;
  /** The session of the client, of its ID token. */
  readonly hint: { readonly sessionId: string; readonly accountId: string } | null;
  readonly now: number;
};

export type LogoutStore = ReturnType<typeof logoutStore>;

export const logoutStore = (db: Database) => ({
  /** The client, and whether the browser's session has opened the session of the hint. */
  async read({
    clientId,
    sessionId,
    hint,
    now,
  }: Lookup): Promise<{ found: ClientWithSecrets | null; matches: boolean }> {
    const { client, opened } = await runBatch(db, {
      client: selectClient(db, clientId, now),
      opened: db
        .select({ id: sessions.id })
        .from(sessions)
        .where(
          and(
            eq(sessions.id, hint?.sessionId ?? ""),
            eq(sessions.accountId, hint?.accountId ?? ""),
            eq(sessions.clientId, clientId),
            eq(sessions.parentId, sessionId),
          ),
        ),
    });
    return { found: readSelectedClient(client), matches: opened.length > 0 };
  },
});
