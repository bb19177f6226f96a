import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/database.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";

type Statements = readonly BatchItem<"sqlite">[];

/** The SQL by which a batch depends on a grant of one method. */
export type GrantStatements<Grant> = {
  /** They run first: they attach an identity. */
  readonly consume: (db: Database, caps: SendCaps, grant: Grant) => Statements;
  /** What must hold, as a condition on the active account of the grant. */
  readonly isValid: (db: Database, grant: Grant) => SQL | undefined;
};
