import { and, eq, gt, gte, inArray, isNotNull, isNull, lt, notExists, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, emailTokens, identities } from "../db/schema.ts";

type Deletion = {
  /** Instants in milliseconds. */
  readonly createdBefore: number;
  readonly now: number;
  readonly limit: number;
};

export type UnverifiedAccountStore = ReturnType<typeof unverifiedAccountStore>;

export function unverifiedAccountStore(db: Database) {
  return {
    /**
     * Deletes abandoned registrations, and the IP addresses of their audit events. Each statement has the whole condition,
     * so an account that is verified, invited or promoted in the meantime stays.
     */
    async deleteAbandoned(deletion: Deletion): Promise<number> {
      const abandoned = selectAbandoned(db, deletion);
      const { deleted } = await runBatch(db, {
        ipAddresses: db
          .update(auditEvents)
          .set({ ip: null })
          .where(and(inArray(auditEvents.accountId, abandoned), isNotNull(auditEvents.ip))),
        deleted: db.delete(accounts).where(inArray(accounts.id, abandoned)).returning({ id: accounts.id }),
      });
      return deleted.length;
    },
  };
}

/** The ids of abandoned registrations: without a verified address, an invitation, a role, an identity or a valid link. */
function selectAbandoned(db: Database, { createdBefore, now, limit }: Deletion) {
  const validLink = db
    .select({ one: sql`1` })
    .from(emailTokens)
    .where(
      and(
        eq(emailTokens.accountId, accounts.id),
        isNull(emailTokens.consumedAt),
        gt(emailTokens.expiresAt, now),
      ),
    );
  const identity = db.select({ one: sql`1` }).from(identities).where(eq(identities.accountId, accounts.id));
  return db
    .select({ id: accounts.id })
    .from(accounts)
    .where(
      and(
        isNull(accounts.emailVerifiedAt),
        // Both ends, so that SQLite seeks the start of the range in the index.
        gte(accounts.createdAt, 0),
        lt(accounts.createdAt, createdBefore),
        isNull(accounts.invitedAt),
        eq(accounts.role, "user"),
        eq(accounts.status, "active"),
        notExists(validLink),
        notExists(identity),
      ),
    )
    .orderBy(accounts.createdAt)
    .limit(limit);
}
