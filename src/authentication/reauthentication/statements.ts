import { and, eq, exists, gt, isNotNull, isNull, lte, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, factors, sessions } from "../../db/schema.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { authenticatedAt, isFirstParty, sessionIsLive } from "../../sessions/statements.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import { factorFacts } from "../second-factor/statements.ts";
import type { ReauthenticationProof } from "./proof.ts";
import { POSSESSION, REAUTHENTICATION_WINDOW } from "./rules.ts";

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

/** `hasShownPossession`, for a row of `sessions`. */
const hasShownPossession = (): SQL | undefined =>
  or(
    eq(sessions.isKnownDevice, true),
    ...POSSESSION.map((method) => sql`instr(' ' || ${sessions.amr} || ' ', ${` ${method} `}) > 0`),
  );

/**
 * Ends the recent authentication of the other sessions of an account, which have not shown its first second factor. For the
 * batch that stores that factor: `where` is its condition. They stay signed in. A sign-in of the last minutes counts on if
 * it has shown a code or a passkey.
 */
export const endRecencyOfOthers = (
  db: Database,
  { sessionId, accountId }: { readonly sessionId: string; readonly accountId: string },
  where: SQL | undefined,
) =>
  db
    .update(sessions)
    .set({ isKnownDevice: false, reauthenticatedAt: null })
    .where(
      and(
        eq(sessions.accountId, accountId),
        ne(sessions.id, sessionId),
        isNull(sessions.revokedAt),
        or(eq(sessions.isKnownDevice, true), isNotNull(sessions.reauthenticatedAt)),
        where,
      ),
    );

/** `isRecentlyAuthenticated` of a session that is still live: the condition of a sensitive change. */
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
        and(
          eq(sessions.id, sessionId),
          sessionIsLive(now),
          gt(authenticatedAt, now - REAUTHENTICATION_WINDOW),
          or(
            hasShownPossession(),
            notExists(
              db
                .select({ one: sql`1` })
                .from(factors)
                .where(and(eq(factors.accountId, sessions.accountId), eq(factors.isSecondFactor, true))),
            ),
          ),
        ),
      ),
  );
