import { and, eq, exists, gt, isNull, lte, ne, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, sessions } from "../../db/schema.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { confirmedAt, isFirstParty, NOT_CONFIRMED, sessionIsLive } from "../../sessions/statements.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import { factorFacts } from "../second-factor/statements.ts";
import type { ReauthenticationProof, SessionChange } from "./proof.ts";
import { REAUTHENTICATION_WINDOW } from "./rules.ts";

/** What an account can reauthenticate with. */
export type AccountFacts = {
  readonly passwordHash: string | null;
  readonly factors: FactorFacts;
};

export const selectFacts = (db: Database, accountId: string) =>
  db
    .select({
      passwordHash: accounts.passwordHash,
      factors: factorFacts(db, null),
    })
    .from(accounts)
    .where(eq(accounts.id, accountId));

/**
 * Whether the session of a reauthentication is still live, and its account may still sign in. No session of an app
 * acts on the account. A password change or a password reset after the reauthentication voids the proof.
 */
export const reauthenticationStillValid = (
  db: Database,
  { sessionId, at }: ReauthenticationProof,
  now: number,
): SQL | undefined =>
  and(
    eq(sessions.id, sessionId),
    sessionIsLive(now),
    isFirstParty(),
    maySignIn(db, sessions.accountId, lte(accounts.devicesKnownSince, at)),
  );

/** The columns of a session after a reauthentication. */
export const changedColumns = ({ at, amr, movesAuthTime }: SessionChange) => ({
  reauthenticatedAt: at,
  amr: amr.join(" "),
  ...(movesAuthTime ? { authTime: at } : {}),
});

/**
 * Ends the confirmation of the other sessions of an account, which have not shown its first second factor. For the batch
 * that stores that factor: `where` is its condition. They stay signed in.
 */
export const endConfirmationOfOthers = (
  db: Database,
  { sessionId, accountId }: { readonly sessionId: string; readonly accountId: string },
  where: SQL | undefined,
) =>
  db
    .update(sessions)
    .set({ reauthenticatedAt: NOT_CONFIRMED })
    .where(
      and(
        eq(sessions.accountId, accountId),
        ne(sessions.id, sessionId),
        isFirstParty(),
        isNull(sessions.revokedAt),
        where,
      ),
    );

/** Whether the session is still live and recently authenticated: the condition of a sensitive change. */
export const isRecentlyAuthenticated = (
  db: Database,
  { sessionId }: Pick<CurrentSession, "sessionId">,
  now: number,
): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(sessions)
      .where(
        and(eq(sessions.id, sessionId), sessionIsLive(now), gt(confirmedAt, now - REAUTHENTICATION_WINDOW)),
      ),
  );
