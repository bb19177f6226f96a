import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { accounts, factors } from "../../db/schema.ts";
import type { EnabledFactor, Verified } from "./second-factor.ts";

/** The factors that an account has enabled, as one column of a query over `accounts`. */
export const enabledFactors = (db: Database) => {
  const rows = db
    .select({ all: sql`json_group_array(json_object('id', ${factors.id}, 'kind', ${factors.kind}))` })
    .from(factors)
    .where(eq(factors.accountId, accounts.id));
  return sql`${rows}`
    .mapWith((text: string): readonly EnabledFactor[] => JSON.parse(text))
    .as("enabled_factors");
};

/** Whether the factor that verified an answer still exists. */
export const factorStillExists = (
  db: Database,
  accountId: string,
  { factorId }: Verified,
): SQL | undefined =>
  factorId === null
    ? undefined
    : exists(
        db
          .select({ one: sql`1` })
          .from(factors)
          .where(and(eq(factors.id, factorId), eq(factors.accountId, accountId))),
      );
