import { eq } from "drizzle-orm";
import { selectFactorRemoval } from "../../authentication/factor-removal/statements.ts";
import { activeLockouts } from "../../authentication/lockout/attempt-counter-statements.ts";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { factors } from "../../db/schema.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import { liveSessions } from "../../sessions/statements.ts";

export type AccountStatusStore = ReturnType<typeof accountStatusStore>;

/** `until`: an instant, which may be past. */
type LockoutRow = { readonly key: string; readonly until: number; readonly consecutiveFailures: number };

export type FactorStatus = {
  readonly hasFactors: boolean;
  /** When the removal of all factors is due that an admin has requested; null: none is pending. */
  readonly factorRemovalDueAt: number | null;
};

type AccountStatusRows = FactorStatus & {
  readonly sessions: readonly SessionSummary[];
  readonly lockouts: readonly LockoutRow[];
};

/** Reads an account's sessions, lockouts and factors in one round trip. */
export const accountStatusStore = (db: Database) => ({
  async find(accountId: string, lockoutKeys: readonly string[], now: number): Promise<AccountStatusRows> {
    const { removals, factorCounts, ...rows } = await runBatch(db, {
      sessions: liveSessions(db, accountId, now),
      lockouts: activeLockouts(db, lockoutKeys, now),
      removals: selectFactorRemoval(db, accountId),
      factorCounts: db
        .select({ id: factors.id })
        .from(factors)
        .where(eq(factors.accountId, accountId))
        .limit(1),
    });
    return {
      sessions: rows.sessions,
      lockouts: rows.lockouts,
      factorRemovalDueAt: removals[0]?.dueAt ?? null,
      hasFactors: factorCounts.length > 0,
    };
  },
});
