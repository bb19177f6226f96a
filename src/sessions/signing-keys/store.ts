import { and, asc, eq, gt, gte, inArray, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { insertUnless } from "../../db/insert-from.ts";
import { signingKeys } from "../../db/schema.ts";
import type { StoredSigningKey } from "./signing-key.ts";

export function signingKeyStore(db: Database) {
  const since = (instant: number) =>
    db
      .select()
      .from(signingKeys)
      .where(gte(signingKeys.signsFrom, instant))
      .orderBy(asc(signingKeys.signsFrom));
  const other = alias(signingKeys, "other");
  const addUnless = (key: StoredSigningKey, rival: SQL | undefined) =>
    insertUnless(db, signingKeys, key, db.select({ one: sql`1` }).from(other).where(rival));
  return {
    /** The keys that began to sign, or will begin, after that instant; the oldest first. */
    list: (signsFromAfter: number): Promise<StoredSigningKey[]> => since(signsFromAfter),

    /**
     * Adds a first key unless there is one that these roots can open. However many arrive at once,
     * one goes in: the check and the insert are one statement. The keys as they then are.
     */
    async addFirst(
      key: StoredSigningKey,
      openableBy: readonly string[],
      signsFromAfter: number,
    ): Promise<StoredSigningKey[]> {
      const rival = and(inArray(other.sealedBy, [...openableBy]), gte(other.signsFrom, signsFromAfter));
      const [, keys] = await db.batch([addUnless(key, rival), since(signsFromAfter)]);
      return keys;
    },

    /** Adds the key that follows `predecessor`, unless it has a successor that these roots can open. */
    async addNext(
      key: StoredSigningKey,
      predecessor: StoredSigningKey,
      openableBy: readonly string[],
    ): Promise<void> {
      const rival = and(gt(other.signsFrom, predecessor.signsFrom), inArray(other.sealedBy, [...openableBy]));
      await addUnless(key, rival);
    },

    /** Replaces a sealed private half, if it is still the one that was opened. */
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
