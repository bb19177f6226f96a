import { and, desc, eq, gt, gte, inArray, isNull, or, type SQL, type SQLWrapper } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { sessions } from "../db/schema.ts";
import { MOST_LIVE, RETRY_WINDOW } from "./rules.ts";
import type { SessionDraft } from "./session.ts";

export const sessionRow = <A>({ app, ...draft }: Omit<SessionDraft, "accountId">, accountId: A) => ({
  ...draft,
  accountId,
  amr: draft.amr.join(" "),
  generation: 1,
  lastUsedAt: draft.createdAt,
  rotatedAt: draft.createdAt,
  revokedAt: null,
  parentId: app?.parentId ?? null,
  appOrigin: app?.origin ?? null,
});

/** The live sessions of an account, the latest first: as many as one may have. */
export const liveSessions = (db: Database, accountId: string, now: number) =>
  db
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      ip: sessions.ip,
      userAgent: sessions.userAgent,
      app: sessions.appOrigin,
    })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), stillGood(now)))
    .orderBy(desc(sessions.lastUsedAt))
    .limit(MOST_LIVE);

/** As one statement of the batch that opens a session: the account's live ones beyond the most, those unused the longest. */
export function endSurplus(db: Database, accountId: string | SQLWrapper, now: number) {
  const surplus = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), stillGood(now)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    // Each sign-in adds one; more there are only of a time before there was a bound.
    .limit(MOST_LIVE)
    .offset(MOST_LIVE);
  return db.update(sessions).set({ revokedAt: now }).where(inArray(sessions.id, surplus));
}

/** Ends the live sessions of an account, or of those a query selects, as one statement of a larger batch. */
export const endSessions = (db: Database, whose: string | SQLWrapper, now: number, where?: SQL) =>
  db
    .update(sessions)
    .set({ revokedAt: now })
    .where(
      and(
        typeof whose === "string" ? eq(sessions.accountId, whose) : inArray(sessions.accountId, whose),
        isNull(sessions.revokedAt),
        where,
      ),
    )
    .returning({ id: sessions.id });

/** Whether a session lives at that instant. */
export const stillGood = (now: number): SQL | undefined =>
  and(isNull(sessions.revokedAt), gt(sessions.idleExpiresAt, now), gt(sessions.expiresAt, now));

/** Whether a refresh token of that generation is the live one, or the one just spent: what `judgeRefresh` lets pass. */
export const isHeldBy = (generation: number, now: number): SQL | undefined =>
  or(
    eq(sessions.generation, generation),
    and(eq(sessions.generation, generation + 1), gte(sessions.rotatedAt, now - RETRY_WINDOW)),
  );
