import { and, eq, lte, type SQL } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, sessions } from "../../db/schema.ts";
import { isFirstParty, sessionIsLive } from "../../sessions/statements.ts";
import type { ReauthenticationProof } from "./reauthenticate.ts";

/**
 * Whether the session of a reauthentication is still live, and its account may still sign in. No session of an app
 * acts on the account. A password
 * change or a password reset after the reauthentication voids the proof.
 */
export const reauthenticationStillValid = (
  db: Database,
  { sessionId, generation, at }: ReauthenticationProof,
  now: number,
): SQL | undefined =>
  and(
    eq(sessions.id, sessionId),
    generation === null ? undefined : eq(sessions.generation, generation),
    sessionIsLive(now),
    isFirstParty(),
    maySignIn(db, sessions.accountId, lte(accounts.devicesKnownSince, at)),
  );
