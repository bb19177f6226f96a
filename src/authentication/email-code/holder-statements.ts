import { and, eq, notExists, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { addressIsVerified, isActive } from "../../db/predicates.ts";
import { accounts } from "../../db/schema.ts";
import { openInvitation } from "../../registration/unproven-registration-statements.ts";

/** An account whose address a provider only implied, and which the owner of the address may claim (security 60). */
export const isClaimable = (db: Database, now: number): SQL | undefined =>
  and(
    isActive(),
    eq(accounts.emailImplied, true),
    sql`${accounts.role} = 'user'`,
    notExists(openInvitation(db, now)),
  );

/** An account that a code signs in to at its stored address. */
export const receivesCode = (db: Database, now: number): SQL | undefined =>
  and(isActive(), or(addressIsVerified(), isClaimable(db, now)));
