import { and, eq, isNotNull } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { Database } from "../../db/database.ts";
import { isUsable } from "../../db/predicates.ts";
import { accounts, sessions } from "../../db/schema.ts";
import { sessionIsLive } from "../../sessions/statements.ts";

type ClientSession = { readonly sessionId: string; readonly accountId: string; readonly clientId: string };

export type UserinfoStore = ReturnType<typeof userinfoStore>;

export function userinfoStore(db: Database) {
  return {
    /** The active account of a live session of the client, or null. */
    async findAccount(
      { sessionId, accountId, clientId }: ClientSession,
      now: number,
    ): Promise<Account | null> {
      const [row] = await db
        .select({ id: accounts.id, ...accountColumns })
        .from(sessions)
        .innerJoin(accounts, eq(accounts.id, sessions.accountId))
        .where(
          and(
            eq(sessions.id, sessionId),
            eq(sessions.accountId, accountId),
            eq(sessions.clientId, clientId),
            isNotNull(sessions.grantId),
            sessionIsLive(now),
            isUsable(),
          ),
        );
      return row ?? null;
    },
  };
}
