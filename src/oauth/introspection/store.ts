import { and, eq, type SQL } from "drizzle-orm";
import type { StoredApiKey } from "../../api-keys/api-key.ts";
import { readSelectedApiKey, selectApiKey } from "../../api-keys/statements.ts";
import type { Database } from "../../db/database.ts";
import { isUsable } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, oauthClients, sessions } from "../../db/schema.ts";
import { authenticatedAt, generationIsAccepted, sessionIsLive } from "../../sessions/statements.ts";
import type { RememberedAssertion } from "../client-authentication/client-key-memory.ts";
import { selectAssertionUse, useAssertionOfKeys } from "../client-authentication/statements.ts";
import type { ClientWithSecrets } from "../clients/client.ts";
import { readSelectedClient, selectClient } from "../clients/statements.ts";

/**
 * What a token refers to: a session, at a generation for a refresh token, a client for a machine token, or the row of an
 * API key.
 */
export type TokenReference =
  | { readonly kind: "session"; readonly sessionId: string; readonly generation: number | null }
  | { readonly kind: "client"; readonly clientId: string }
  | { readonly kind: "api_key"; readonly id: string }
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

/** The calling client, and the live session, the existing client or the API key that the token refers to. */
export type IntrospectionFacts = {
  readonly caller: ClientWithSecrets | null;
  readonly session: LiveSession | null;
  readonly clientExists: boolean;
  /** The key with this id, whose secret is not checked yet. */
  readonly apiKey: StoredApiKey | null;
  readonly assertionUse: AssertionUse;
};

/**
 * `unknown`: the assertion was not verified before the batch, or not by the keys of the row. Only the authentication of
 * the client decides, and then stores the use.
 */
export type AssertionUse = "stored" | "used_before" | "unknown";

type Lookup = {
  readonly callerId: string;
  /** Its use is stored by the batch. */
  readonly remembered: RememberedAssertion | null;
  readonly reference: TokenReference;
  readonly now: number;
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
      .where(and(where, sessionIsLive(now), isUsable()));
  return {
    /** One batch: the authentication of the caller needs no round trip of its own. */
    async read({ callerId, remembered, reference, now }: Lookup): Promise<IntrospectionFacts> {
      const sessionId = reference.kind === "session" ? reference.sessionId : "";
      const generation = reference.kind === "session" ? reference.generation : null;
      const clientId = reference.kind === "client" ? reference.clientId : "";
      const keyId = reference.kind === "api_key" ? reference.id : "";
      const isPresented = generation === null ? undefined : generationIsAccepted(generation, now);
      const parts = {
        caller: selectClient(db, callerId, now),
        session: liveSession(and(eq(sessions.id, sessionId), isPresented), now),
        client: db.select({ id: oauthClients.id }).from(oauthClients).where(eq(oauthClients.id, clientId)),
        apiKey: selectApiKey(db, keyId),
      };
      if (remembered === null) return factsOf(await runBatch(db, parts), "unknown");
      const { used, stored, ...found } = await runBatch(db, {
        ...parts,
        used: selectAssertionUse(db, remembered.assertion),
        stored: useAssertionOfKeys(db, remembered),
      });
      if (stored.length > 0) return factsOf(found, "stored");
      return factsOf(found, used.length > 0 ? "used_before" : "unknown");
    },
  };
}

type FoundRows = {
  readonly caller: Awaited<ReturnType<typeof selectClient>>;
  readonly session: readonly LiveSession[];
  readonly client: readonly unknown[];
  readonly apiKey: Awaited<ReturnType<typeof selectApiKey>>;
};

const factsOf = (
  { caller, session, client, apiKey }: FoundRows,
  assertionUse: AssertionUse,
): IntrospectionFacts => ({
  caller: readSelectedClient(caller),
  session: session[0] ?? null,
  clientExists: client.length > 0,
  apiKey: readSelectedApiKey(apiKey),
  assertionUse,
});
