import { and, eq, exists, isNotNull, isNull, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import { compiled } from "../../db/compiled-statement.ts";
import type { Database } from "../../db/database.ts";
import { accounts, sessions } from "../../db/schema.ts";
import type { NewSession } from "../../sessions/session.ts";

/**
 * Whether to notify the owner of a sign-in: it is not the first one of the account, and no other session of
 * the account has the same IP address and user agent. A missing IP address or user agent never matches.
 */
export function isNewDevice(db: Database, session: NewSession): SQL | undefined {
  const { accountId } = session;
  const one = { one: sql`1` };
  const otherSession = and(eq(sessions.accountId, accountId), ne(sessions.id, session.id));
  const earlierSignIn = or(
    exists(
      db
        .select(one)
        .from(accounts)
        .where(and(eq(accounts.id, accountId), isNotNull(accounts.firstSignedInAt))),
    ),
    // The previous release does not set `firstSignedInAt`.
    exists(db.select(one).from(sessions).where(otherSession)),
  );
  const sameDevice = and(
    otherSession,
    sql`${sessions.ip} = ${session.ip}`,
    sql`${sessions.userAgent} = ${session.userAgent}`,
  );
  return and(earlierSignIn, notExists(db.select(one).from(sessions).where(sameDevice)));
}

/** Records the first sign-in of an account. In the batch of a sign-in it comes after the notice that depends on it. */
export const recordFirstSignIn = compiled((db, { id, accountId, createdAt }: NewSession) =>
  db
    .update(accounts)
    .set({ firstSignedInAt: createdAt })
    .where(
      and(
        eq(accounts.id, accountId),
        isNull(accounts.firstSignedInAt),
        exists(db.select({ one: sql`1` }).from(sessions).where(eq(sessions.id, id))),
      ),
    ),
);
