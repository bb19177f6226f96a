import { and, eq, lte, type SQL } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, sessions } from "../../db/schema.ts";
import { stillGood } from "../../sessions/statements.ts";
import type { ReauthenticationProof } from "../social/identity.ts";

/**
 * The session by which an account's owner has shown whose it is. A new password or a reset since then has made
 * strangers of all who came before it, and of whoever shares that session.
 */
export const reauthenticationStillValid = (
  db: Database,
  { sessionId, generation, at }: ReauthenticationProof,
  now: number,
): SQL | undefined =>
  and(
    eq(sessions.id, sessionId),
    generation === null ? undefined : eq(sessions.generation, generation),
    stillGood(now),
    maySignIn(db, sessions.accountId, lte(accounts.devicesKnownSince, at)),
  );
