import { and, eq, notExists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { factorRemovals } from "../../db/schema.ts";

/**
 * Whether no removal of the account's factors is pending: a condition of a change of its email address, to which the
 * notices of the removal go.
 */
export const noFactorRemoval = (db: Database, accountId: SQLWrapper | string): SQL =>
  notExists(
    db.select({ one: sql`1` }).from(factorRemovals).where(sql`${factorRemovals.accountId} = ${accountId}`),
  );

/** The pending removal of an account. */
export const selectFactorRemoval = (db: Database, accountId: string) =>
  db
    .select({ dueAt: factorRemovals.dueAt, createdAt: factorRemovals.createdAt })
    .from(factorRemovals)
    .where(eq(factorRemovals.accountId, accountId));

/** Ends the pending removal of an account that is deactivated. */
export const voidFactorRemoval = (db: Database, accountId: string, where: SQL) =>
  db.delete(factorRemovals).where(and(eq(factorRemovals.accountId, accountId), where));
