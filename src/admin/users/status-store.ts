import { activeLockouts } from "../../authentication/lockout/statements.ts";
import type { Database } from "../../db/database.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import { liveSessions } from "../../sessions/statements.ts";

/** What an admin sees of somebody beside the account itself, in one round trip. */
export const accountStatusStore = (db: Database) => ({
  async find(
    accountId: string,
    lockoutKeys: readonly string[],
    now: number,
  ): Promise<{ live: SessionSummary[]; shut: { key: string; until: number }[] }> {
    const [live, shut] = await db.batch([
      liveSessions(db, accountId, now),
      activeLockouts(db, lockoutKeys, now),
    ]);
    return { live, shut };
  },
});
