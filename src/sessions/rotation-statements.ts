import { and, eq, gt, lt, not, or, type SQL, sql } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import { accountColumns } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accountIsUsable, isUsable } from "../db/predicates.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import { MAX_BROWSER_SESSION_IDLE } from "./refresh-rules.ts";
import type { SessionRestriction, SessionState } from "./session.ts";
import {
  authenticatedAt,
  confirmedAt,
  enrolmentDueAt,
  isFirstParty,
  isLastPresented,
  restriction,
  sessionIsLive,
} from "./statements.ts";
import { mayGetTokens, type TokenHolder } from "./token-holder-statements.ts";

export type Rotation = {
  readonly sessionId: string;
  /** The generation of the presented token. */
  readonly generation: number;
  readonly holder: TokenHolder;
  /** Milliseconds. */
  readonly gracePeriod: number;
  /** False: the token stays the current one, and only the times of its use are stored. */
  readonly rotates: boolean;
  readonly userAgent: string | null;
  readonly idleExpiresAt: number;
  /** Written if the user agent is another one than at the last rotation. */
  readonly userAgentChanged: NewAuditEvent;
  readonly now: number;
};

/**
 * The batch of a refresh. The UPDATE rotates for the current token, and for its predecessor if the answer that brought
 * the current one was lost: the retry window is over, and the current token was never presented. Nothing changes without
 * the condition of the caller.
 */
export function rotationStatements(db: Database, rotation: Rotation, condition?: SQL) {
  const isHeld = and(
    condition,
    eq(sessions.id, rotation.sessionId),
    or(eq(sessions.generation, rotation.generation), isLastPresented(rotation.generation)),
    mayGetTokens(rotation.holder),
    sessionIsLive(rotation.now),
    accountIsUsable(db, sessions.accountId),
  );
  const shortIdle = Math.min(rotation.idleExpiresAt, rotation.now + MAX_BROWSER_SESSION_IDLE);
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
        ...(rotation.rotates
          ? {
              generation: sql`${sessions.generation} + 1`,
              voidedGenerations: sql`${sessions.generation} - ${rotation.generation}`,
              rotatedAt: rotation.now,
            }
          : {}),
        lastUsedAt: rotation.now,
        userAgent: rotation.userAgent,
        idleExpiresAt: sql`min(CASE WHEN ${sessions.isPersistent} THEN ${rotation.idleExpiresAt} ELSE ${shortIdle} END, ${sessions.expiresAt})`,
      })
      .where(
        and(
          isHeld,
          or(
            eq(sessions.generation, rotation.generation),
            // The answer that brought the current token was lost.
            and(
              rotation.rotates ? undefined : sql`FALSE`,
              lt(sessions.rotatedAt, rotation.now - rotation.gracePeriod),
              not(successorIsInUse()),
              or(isSameUserAgent, not(isFirstParty())),
            ),
          ),
        ),
      )
      .returning({ id: sessions.id }),
    current: db
      .select({
        session: stateColumns,
        restriction: restriction(),
        enrolmentDueAt: enrolmentDueAt(db),
        isFirstParty: asBoolean(isFirstParty()).as("is_first_party"),
        servesAudience: asBoolean(mayGetTokens(rotation.holder)).as("serves_audience"),
        successorInUse: asBoolean(successorIsInUse()).as("successor_in_use"),
        account: accountColumns,
      })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .where(and(eq(sessions.id, rotation.sessionId), isUsable())),
  };
}

/** Whether this call rotated the session, and the rows after it. */
export type RotationOutcome = {
  readonly rotated: boolean;
  readonly session: SessionState;
  /** Whether it is a session of this service's own client. */
  readonly isFirstParty: boolean;
  /** Whether the session may get the requested tokens. */
  readonly servesAudience: boolean;
  /** Whether the current refresh token arrived, as a code that was issued for it proves. */
  readonly successorInUse: boolean;
  readonly restriction: SessionRestriction | null;
  readonly enrolmentDueAt: number | null;
  readonly account: Account;
};

type RotationStatements = ReturnType<typeof rotationStatements>;

/** The outcome of the batch. Null: no session of an active account. */
export function readRotation(results: {
  readonly rotated: Awaited<RotationStatements["rotated"]>;
  readonly current: Awaited<RotationStatements["current"]>;
}): RotationOutcome | null {
  const [row] = results.current;
  if (!row) return null;
  const { session, account, ...facts } = row;
  return {
    ...facts,
    rotated: results.rotated.length > 0,
    session: { ...session, amr: session.amr.split(" ") },
    account: { id: session.accountId, ...account },
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
  confirmedAt: confirmedAt.as("confirmed_at"),
  deviceId: sessions.deviceId,
  scope: sessions.scope,
  isKnownDevice: sessions.isKnownDevice,
  isPersistent: sessions.isPersistent,
};

/**
 * Whether the browser has presented the current refresh token since it was issued (`recordPresentation`), which proves that
 * the answer arrived. Its predecessor is then no retry.
 */
const successorIsInUse = (): SQL => gt(sessions.lastUsedAt, sessions.rotatedAt);
