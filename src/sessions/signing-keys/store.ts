import { and, asc, eq, gt, gte, inArray, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { insertUnless } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { signingKeys } from "../../db/schema.ts";
import type { StoredSigningKey } from "./signing-key.ts";

export type SigningKeyStore = ReturnType<typeof signingKeyStore>;

export function signingKeyStore(db: Database) {
  const listSince = (instant: number) =>
    db
      .select()
      .from(signingKeys)
      .where(gte(signingKeys.signsFrom, instant))
      .orderBy(asc(signingKeys.signsFrom));
  const other = alias(signingKeys, "other");
  const addUnless = (key: StoredSigningKey, conflict: SQL | undefined) =>
    insertUnless(db, signingKeys, key, db.select({ one: sql`1` }).from(other).where(conflict));
  return {
    /** The keys whose signing period begins at or after the instant, the oldest first. */
    list: (signsFromAfter: number): Promise<StoredSigningKey[]> => listSince(signsFromAfter),

    /**
     * Adds first keys, each unless a key of its algorithm exists that one of these root secrets unseals. Check and insert
     * are one statement, so concurrent calls add one key of each algorithm. Returns the keys after it.
     */
    async addFirst(
      keys: readonly StoredSigningKey[],
      rootSecretIds: readonly string[],
      signsFromAfter: number,
    ): Promise<StoredSigningKey[]> {
      const isUsable = and(inArray(other.sealedBy, [...rootSecretIds]), gte(other.signsFrom, signsFromAfter));
      const added = keys.map((key) => addUnless(key, and(eq(other.alg, key.alg), isUsable)));
      return (await runBatch(db, { added, keys: listSince(signsFromAfter) })).keys;
    },

    /** Adds the successor of `predecessor`, unless one exists that these root secrets unseal. */
    async addNext(
      key: StoredSigningKey,
      predecessor: StoredSigningKey,
      rootSecretIds: readonly string[],
    ): Promise<void> {
      const conflict = and(
        eq(other.alg, key.alg),
        gt(other.signsFrom, predecessor.signsFrom),
        inArray(other.sealedBy, [...rootSecretIds]),
      );
      await addUnless(key, conflict);
    },

    /** Replaces a sealed private key, if it is still the one that was unsealed. */
    async reseal(key: StoredSigningKey, sealedPrivateJwk: string, sealedBy: string): Promise<void> {
      await db
        .update(signingKeys)
        .set({ sealedPrivateJwk, sealedBy })
        .where(and(eq(signingKeys.kid, key.kid), eq(signingKeys.sealedPrivateJwk, key.sealedPrivateJwk)));
    },

    async remove(kids: readonly string[]): Promise<void> {
      await db.delete(signingKeys).where(inArray(signingKeys.kid, [...kids]));
    },
  };
}
