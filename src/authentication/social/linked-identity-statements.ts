import { asc, eq } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { identities } from "../../db/schema.ts";

/** The linked identities of an account, the oldest first. */
export const selectIdentities = (db: Database, accountId: string) =>
  db
    .select({
      provider: identities.provider,
      email: identities.email,
      createdAt: identities.createdAt,
      lastUsedAt: identities.lastUsedAt,
    })
    .from(identities)
    .where(eq(identities.accountId, accountId))
    .orderBy(asc(identities.createdAt));
