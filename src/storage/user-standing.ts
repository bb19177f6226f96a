import type { SessionSummary } from "../sessions/session.ts";
import { shutLocks } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { liveSessions } from "./sessions.ts";

/** What an admin sees of somebody beside the account itself, in one round trip. */
export const userStandingStorage = (db: Database) => ({
  async find(
    accountId: string,
    lockKeys: readonly string[],
    now: number,
  ): Promise<{ live: SessionSummary[]; shut: { key: string; until: number }[] }> {
    const [live, shut] = await db.batch([liveSessions(db, accountId, now), shutLocks(db, lockKeys, now)]);
    return { live, shut };
  },
});
