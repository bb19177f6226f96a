import { and, eq, type SQL } from "drizzle-orm";
import { EVERY_PURPOSE } from "../registration/email-tokens/email-token.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { Database } from "../db/database.ts";
import { voidEmailTokens } from "../registration/email-tokens/store.ts";
import { accounts, oneTimeCodes, emailTokens } from "../db/schema.ts";
import { endSessions } from "../sessions/store.ts";

/** What closes an account: it is deactivated, and its sessions, links and codes die. */
export const closeAccount = (db: Database, accountId: string, now: number, where: SQL) =>
  [
    db
      .update(accounts)
      .set({ status: "deactivated", updatedAt: now })
      .where(and(eq(accounts.id, accountId), where)),
    endSessions(db, accountId, now, where),
    voidEmailTokens(db, and(eq(emailTokens.accountId, accountId), where) as SQL, EVERY_PURPOSE, now),
    voidOneTimeCodes(db, and(eq(oneTimeCodes.accountId, accountId), where) as SQL),
  ] as const;
