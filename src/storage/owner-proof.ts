import { and, eq, lte, type SQL } from "drizzle-orm";
import type { OwnerProof } from "../identities/identity.ts";
import { ownerMaySignIn } from "./active-owner.ts";
import type { Database } from "./database.ts";
import { accounts, sessions } from "./schema.ts";
import { stillGood } from "./sessions.ts";

/**
 * The session by which an account's owner has shown whose it is. A new password or a reset since then has made
 * strangers of all who came before it, and of whoever shares that session.
 */
export const isOwnersSession = (
  db: Database,
  { sessionId, generation, at }: OwnerProof,
  now: number,
): SQL | undefined =>
  and(
    eq(sessions.id, sessionId),
    generation === null ? undefined : eq(sessions.generation, generation),
    stillGood(now),
    ownerMaySignIn(db, sessions.accountId, lte(accounts.devicesKnownSince, at)),
  );
