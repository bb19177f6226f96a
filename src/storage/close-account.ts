import { and, eq, type SQL } from "drizzle-orm";
import { EVERY_PURPOSE } from "../one-time-links/link.ts";
import { voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { voidLinks } from "./one-time-links.ts";
import { accounts, challenges, oneTimeLinks } from "./schema.ts";
import { endSessions } from "./sessions.ts";

/** What closes an account: it is deactivated, and its sessions, links and codes die. */
export const closeAccount = (db: Database, accountId: string, now: number, where: SQL) =>
  [
    db
      .update(accounts)
      .set({ status: "deactivated", updatedAt: now })
      .where(and(eq(accounts.id, accountId), where)),
    endSessions(db, accountId, now, where),
    voidLinks(db, and(eq(oneTimeLinks.accountId, accountId), where) as SQL, EVERY_PURPOSE, now),
    voidChallenges(db, and(eq(challenges.accountId, accountId), where) as SQL),
  ] as const;
