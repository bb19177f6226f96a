import { and, eq, exists, not, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { type BatchPart, type NamedResults, runBatch } from "../../db/run-batch.ts";
import { oauthClientAssertions as assertions, oauthClients } from "../../db/schema.ts";
import type { UsedAssertion } from "./client-assertion.ts";
import type { RememberedAssertion } from "./client-key-memory.ts";

/**
 * Whether the assertion of the request is unused; undefined without one. Each statement of a batch that changes
 * something depends on it (`runBatchOnce`).
 */
export const assertionIsUnused = (db: Database, assertion: UsedAssertion | null): SQL | undefined =>
  assertion === null ? undefined : not(exists(selectAssertionUse(db, assertion)));

/** The use of an assertion by an earlier request. */
export const selectAssertionUse = (
  db: Database,
  { clientId, jtiHash }: Pick<UsedAssertion, "clientId" | "jtiHash">,
) =>
  db
    .select({ one: sql`1`.as("is_used") })
    .from(assertions)
    .where(and(eq(assertions.clientId, clientId), eq(assertions.jtiHash, jtiHash)));

/** RFC 7523 §3: of concurrent uses of one assertion, one inserts the row. A deleted client inserts none. */
export const useAssertion = (db: Database, assertion: UsedAssertion) =>
  insertFrom(db, assertions, assertion, oauthClients, eq(oauthClients.id, assertion.clientId))
    .onConflictDoNothing()
    .returning({ jtiHash: assertions.jtiHash });

/** The same, if the row of the client has the keys by which the assertion was verified. */
export const useAssertionOfKeys = (db: Database, { assertion, keys }: RememberedAssertion) =>
  insertFrom(
    db,
    assertions,
    assertion,
    oauthClients,
    and(
      eq(oauthClients.id, assertion.clientId),
      eq(oauthClients.authMethod, "private_key_jwt"),
      sql`${oauthClients.jwks} IS ${keys.jwks}`,
      sql`${oauthClients.jwksUri} IS ${keys.jwksUri}`,
    ),
  )
    .onConflictDoNothing()
    .returning({ jtiHash: assertions.jtiHash });

/**
 * Runs the batch of a request, and stores the use of its assertion as the last statement. The parts must depend on
 * `assertionIsUnused`. Null: another request has used the assertion, so that the parts have changed nothing.
 */
export async function runBatchOnce<Parts extends Readonly<Record<string, BatchPart>>>(
  db: Database,
  assertion: UsedAssertion | null,
  parts: Parts,
): Promise<NamedResults<Parts> | null> {
  if (assertion === null) return runBatch(db, parts);
  const results = await runBatch(db, { ...parts, assertionUse: useAssertion(db, assertion) });
  // TypeScript cannot separate the results of a generic list of parts.
  const { assertionUse } = results as { readonly assertionUse: readonly unknown[] };
  return assertionUse.length > 0 ? (results as unknown as NamedResults<Parts>) : null;
}
