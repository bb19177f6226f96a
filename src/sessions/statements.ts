import { and, desc, eq, gt, gte, inArray, isNull, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { sessions } from "../db/schema.ts";
import { MAX_LIVE_SESSIONS, RETRY_WINDOW } from "./refresh-rules.ts";
import type { NewSession } from "./session.ts";

export const sessionRow = <A>({ app, ...session }: Omit<NewSession, "accountId">, accountId: A) => ({
  ...session,
  accountId,
  amr: session.amr.join(" "),
  generation: 1,
  lastUsedAt: session.createdAt,
  rotatedAt: session.createdAt,
  revokedAt: null,
  reauthenticatedAt: null,
  parentId: app?.parentId ?? null,
  appOrigin: app?.origin ?? null,
});

/** The live sessions of an account, the most recently used first. */
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
    .where(and(eq(sessions.accountId, accountId), sessionIsLive(now)))
    .orderBy(desc(sessions.lastUsedAt))
    .limit(MAX_LIVE_SESSIONS);

/**
 * Ends the account's least recently used sessions beyond `MAX_LIVE_SESSIONS`. For the batch that opens a session.
 */
export function endSurplusSessions(db: Database, accountId: string | SQLWrapper, now: number) {
  const surplus = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), sessionIsLive(now)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    // Each sign-in adds one session. Larger surpluses date from the time before this bound.
    .limit(MAX_LIVE_SESSIONS)
    .offset(MAX_LIVE_SESSIONS);
  return db.update(sessions).set({ revokedAt: now }).where(inArray(sessions.id, surplus));
}

/** Ends the live sessions of one account, or of the accounts that a query selects. For a larger batch. */
export const endSessions = (db: Database, accountId: string | SQLWrapper, now: number, where?: SQL) =>
  db
    .update(sessions)
    .set({ revokedAt: now })
    .where(
      and(
        typeof accountId === "string"
          ? eq(sessions.accountId, accountId)
          : inArray(sessions.accountId, accountId),
        isNull(sessions.revokedAt),
        where,
      ),
    )
    .returning({ id: sessions.id });

/** `CurrentSession.authenticatedAt`. */
export const authenticatedAt = sql<number>`max(coalesce(${sessions.authTime}, ${sessions.createdAt}), coalesce(${sessions.reauthenticatedAt}, 0))`;

/** Whether the session is live at `now`. */
export const sessionIsLive = (now: number): SQL | undefined =>
  and(isNull(sessions.revokedAt), gt(sessions.idleExpiresAt, now), gt(sessions.expiresAt, now));

/** Whether the generation is the current one, or the previous one within `RETRY_WINDOW`: those that `judgeRefresh` accepts. */
export const generationIsAccepted = (generation: number, now: number): SQL | undefined =>
  or(
    eq(sessions.generation, generation),
    and(eq(sessions.generation, generation + 1), gte(sessions.rotatedAt, now - RETRY_WINDOW)),
  );
