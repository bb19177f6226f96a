import { and, eq, exists, gte, lt, not, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { accountColumns } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accountIsActive, isActive } from "../db/predicates.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import type { AudienceRequest } from "./audience.ts";
import { RETRY_WINDOW } from "./refresh-rules.ts";
import { authenticatedAt, isFirstParty, isLastPresented, maySignFor, sessionIsLive } from "./statements.ts";

export type Rotation = {
  readonly sessionId: string;
  /** The generation of the presented token. */
  readonly generation: number;
  readonly audience: AudienceRequest;
  readonly userAgent: string | null;
  readonly idleExpiresAt: number;
  /** Written if the user agent is another one than at the last rotation. */
  readonly userAgentChanged: NewAuditEvent;
  readonly now: number;
};

/**
 * The batch of a refresh. The UPDATE rotates for the current token, and for its predecessor if the answer that brought
 * the current one was lost: the retry window is over, and the current token was never presented.
 */
export function rotationStatements(db: Database, rotation: Rotation) {
  const isHeld = and(
    eq(sessions.id, rotation.sessionId),
    or(eq(sessions.generation, rotation.generation), isLastPresented(rotation.generation)),
    maySignFor(rotation.audience),
    sessionIsLive(rotation.now),
    accountIsActive(db, sessions.accountId),
  );
  const isSameUserAgent = sql`${sessions.userAgent} IS ${rotation.userAgent}`;
  return {
    audit: insertFrom(
      db,
      auditEvents,
      auditRow(rotation.userAgentChanged, sessions.accountId),
      sessions,
      and(isHeld, not(isSameUserAgent)),
    ),
    rotated: db
      .update(sessions)
      .set({
        generation: sql`${sessions.generation} + 1`,
        voidedGenerations: sql`${sessions.generation} - ${rotation.generation}`,
        rotatedAt: rotation.now,
        lastUsedAt: rotation.now,
        userAgent: rotation.userAgent,
        idleExpiresAt: sql`min(${rotation.idleExpiresAt}, ${sessions.expiresAt})`,
      })
      .where(
        and(
          isHeld,
          or(
            eq(sessions.generation, rotation.generation),
            // The answer that brought the current token was lost.
            and(
              lt(sessions.rotatedAt, rotation.now - RETRY_WINDOW),
              not(successorIsInUse(db)),
              or(isSameUserAgent, not(sql`(${isFirstParty()})`)),
            ),
          ),
        ),
      )
      .returning({ id: sessions.id }),
    current: db
      .select({
        session: stateColumns,
        isFirstParty: asBoolean(isFirstParty()).as("is_first_party"),
        servesAudience: asBoolean(maySignFor(rotation.audience)).as("serves_audience"),
        successorInUse: asBoolean(successorIsInUse(db)).as("successor_in_use"),
        account: accountColumns,
      })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .where(and(eq(sessions.id, rotation.sessionId), isActive())),
  };
}

/** A condition as a column. */
const asBoolean = (condition: SQL | undefined) =>
  sql`(${condition})`.mapWith((value: number | null) => value === 1);

const stateColumns = {
  id: sessions.id,
  accountId: sessions.accountId,
  clientId: sessions.clientId,
  audience: sessions.audience,
  userAgent: sessions.userAgent,
  amr: sessions.amr,
  generation: sessions.generation,
  voidedGenerations: sessions.voidedGenerations,
  rotatedAt: sessions.rotatedAt,
  idleExpiresAt: sessions.idleExpiresAt,
  expiresAt: sessions.expiresAt,
  revokedAt: sessions.revokedAt,
  authenticatedAt: authenticatedAt.as("authenticated_at"),
  deviceId: sessions.deviceId,
};

/**
 * Whether the holder of the current refresh token has used the answer that brought it: an app has exchanged a code
 * that this session issued with it. Its predecessor is then no retry.
 */
const successorIsInUse = (db: Database): SQL => {
  const child = alias(sessions, "child");
  return exists(
    db
      .select({ one: sql`1` })
      .from(child)
      .where(and(eq(child.parentId, sessions.id), gte(child.createdAt, sessions.rotatedAt))),
  );
};
