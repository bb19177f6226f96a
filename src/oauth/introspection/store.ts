import { and, eq, type SQL } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, oauthClients, sessions } from "../../db/schema.ts";
import { authenticatedAt, generationIsAccepted, sessionIsLive } from "../../sessions/statements.ts";
import type { ClientWithSecrets } from "../clients/client.ts";
import { readSelectedClient, selectClient } from "../clients/statements.ts";

/** What a token refers to: a session, at a generation for a refresh token, or a client for a machine token. */
export type TokenReference =
  | { readonly kind: "session"; readonly sessionId: string; readonly generation: number | null }
  | { readonly kind: "client"; readonly clientId: string }
  | { readonly kind: "none" };

/** A live session of an active account. */
export type LiveSession = {
  readonly accountId: string;
  readonly clientId: string;
  readonly audience: string | null;
  readonly scope: string | null;
  readonly createdAt: number;
  readonly idleExpiresAt: number;
  readonly authenticatedAt: number;
};

/** The calling client, and the live session or the existing client that the token refers to. */
export type IntrospectionFacts = {
  readonly caller: ClientWithSecrets | null;
  readonly session: LiveSession | null;
  readonly clientExists: boolean;
};

export type IntrospectionStore = ReturnType<typeof introspectionStore>;

export function introspectionStore(db: Database) {
  const liveSession = (where: SQL | undefined, now: number) =>
    db
      .select({
        accountId: sessions.accountId,
        clientId: sessions.clientId,
        audience: sessions.audience,
        scope: sessions.scope,
        createdAt: sessions.createdAt,
        idleExpiresAt: sessions.idleExpiresAt,
        authenticatedAt: authenticatedAt.as("authenticated_at"),
      })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .where(and(where, sessionIsLive(now), isActive()));
  return {
    /** One batch: the authentication of the caller needs no round trip of its own. */
    async read(callerId: string, reference: TokenReference, now: number): Promise<IntrospectionFacts> {
      const sessionId = reference.kind === "session" ? reference.sessionId : "";
      const generation = reference.kind === "session" ? reference.generation : null;
      const clientId = reference.kind === "client" ? reference.clientId : "";
      const isPresented = generation === null ? undefined : generationIsAccepted(generation, now);
      const { caller, session, client } = await runBatch(db, {
        caller: selectClient(db, callerId, now),
        session: liveSession(and(eq(sessions.id, sessionId), isPresented), now),
        client: db.select({ id: oauthClients.id }).from(oauthClients).where(eq(oauthClients.id, clientId)),
      });
      return {
        caller: readSelectedClient(caller),
        session: session[0] ?? null,
        clientExists: client.length > 0,
      };
    },
  };
}
