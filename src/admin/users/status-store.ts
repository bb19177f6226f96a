import { activeLockouts } from "../../authentication/lockout/attempt-counter-statements.ts";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import { liveSessions } from "../../sessions/statements.ts";

export type AccountStatusStore = ReturnType<typeof accountStatusStore>;

/** `until`: an instant, which may be past. */
type LockoutRow = { readonly key: string; readonly until: number; readonly consecutiveFailures: number };

/** Reads an account's sessions and lockouts in one round trip. */
export const accountStatusStore = (db: Database) => ({
  async find(
    accountId: string,
    lockoutKeys: readonly string[],
    now: number,
  ): Promise<{ readonly sessions: readonly SessionSummary[]; readonly lockouts: readonly LockoutRow[] }> {
    return runBatch(db, {
      sessions: liveSessions(db, accountId, now),
      lockouts: activeLockouts(db, lockoutKeys, now),
    });
  },
});
