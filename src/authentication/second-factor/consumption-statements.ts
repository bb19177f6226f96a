import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../../db/database.ts";
import type { Consumption } from "./second-factor.ts";

export type When = { readonly where: SQL; readonly now: number };

/** The SQL of a kind of consumption. */
export type ConsumptionStatements<C extends Consumption> = {
  /** Whether the state is still unused. */
  readonly isUnused: (db: Database, accountId: string, consumption: C, now: number) => SQL | undefined;
  /** Uses it, if `where` holds. */
  readonly consume: (
    db: Database,
    accountId: string,
    consumption: C,
    when: When,
  ) => readonly BatchItem<"sqlite">[];
};
