import { and, eq, isNull, ne, or, sql } from "drizzle-orm";
import { accountColumns } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow, insertAuditEvent } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { isActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { AudienceRequest } from "./audience.ts";
import type { EndedSession } from "./publish-ended-sessions.ts";
import {
  type Rotation,
  type RotationOutcome,
  readRotation,
  rotationStatements,
} from "./rotation-statements.ts";
import type { CurrentSession, SessionSummary } from "./session.ts";
import {
  authenticatedAt,
  confirmedAt,
  endSessions,
  enrolmentDueAt,
  liveSessions,
  maySignFor,
  restriction,
  sessionIsLive,
} from "./statements.ts";

type SessionEnd = {
  readonly sessionId: string;
  /** The account that must own the session; null for any. */
  readonly accountId: string | null;
  readonly audit: NewAuditEvent;
  /** Mailed only if this call ends the session. */
  readonly notice?: NewMessage | undefined;
  readonly now: number;
};

type OthersEnd = {
  readonly accountId: string;
  readonly keepSessionId: string;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type SessionStore = ReturnType<typeof sessionStore>;

export function sessionStore(db: Database, caps: SendCaps) {
  // Prepared once, by the first request: building this query took a sixth of the time of an authenticated one.
  const prepareCurrentSession = () =>
    db
      .select({
        clientId: sessions.clientId,
        authenticatedAt: authenticatedAt.as("authenticated_at"),
        confirmedAt: confirmedAt.as("confirmed_at"),
        deviceId: sessions.deviceId,
        amr: sessions.amr,
        restriction: restriction(),
        enrolmentDueAt: enrolmentDueAt(db),
        isKnownDevice: sessions.isKnownDevice,
        id: sessions.accountId,
        ...accountColumns,
      })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.accountId))
      .where(
        and(
          eq(sessions.id, sql.placeholder("sessionId")),
          sessionIsLive(sql.placeholder("now")),
          maySignFor({ requested: sql.placeholder("requested"), own: sql.placeholder("own") }),
          isActive(),
        ),
      )
      .prepare();
  let currentSession: ReturnType<typeof prepareCurrentSession> | undefined;
  return {
    /**
     * The session and its account, if the session is live, the account active at `now`, and the session may get
     * tokens for the audience.
     */
    async findCurrent(
      sessionId: string,
      audience: AudienceRequest & { readonly requested: string },
      now: number,
    ): Promise<CurrentSession | null> {
      currentSession ??= prepareCurrentSession();
      const [row] = await currentSession.all({ sessionId, now, ...audience });
      if (!row) return null;
      const {
        clientId,
        authenticatedAt: at,
        confirmedAt: confirmed,
        deviceId,
        amr,
        restriction: limit,
        enrolmentDueAt: dueAt,
        isKnownDevice,
        ...account
      } = row;
      return {
        sessionId,
        clientId,
        authenticatedAt: at,
        confirmedAt: confirmed,
        deviceId,
        amr: amr.split(" "),
        restriction: limit,
        enrolmentDueAt: dueAt,
        isKnownDevice,
        account,
      };
    },

    /**
     * RFC 9700 §4.14.2: of concurrent requests with one generation, exactly one UPDATE rotates. The same batch
     * reads the resulting row, by which `judgeRefresh` judges the other requests. Null: no session of an active account.
     */
    async rotate(rotation: Rotation): Promise<RotationOutcome | null> {
      return readRotation(await runBatch(db, rotationStatements(db, rotation)));
    },

    /**
     * Ends one session and its child sessions. Returns those that this call ended, or "already_ended" if the
     * session had ended before, does not exist or belongs to another account.
     */
    async end(end: SessionEnd): Promise<readonly EndedSession[] | "already_ended"> {
      const live = and(
        end.accountId === null ? undefined : eq(sessions.accountId, end.accountId),
        isNull(sessions.revokedAt),
      );
      const isTarget = and(eq(sessions.id, end.sessionId), live);
      const family = or(eq(sessions.id, end.sessionId), eq(sessions.parentId, end.sessionId));
      const notice = end.notice && {
        message: end.notice,
        accountId: sql`${sessions.accountId}`,
        now: end.now,
        limits: NO_SEND_LIMITS,
        caps,
        source: sessions,
        where: isTarget,
      };
      const { ended } = await runBatch(db, {
        // Before the UPDATE, which makes the condition false: so the audit row is written only once.
        audit: insertFrom(db, auditEvents, auditRow(end.audit, sessions.accountId), sessions, isTarget),
        notice: notice ? queueMessage(db, notice) : [],
        ended: db
          .update(sessions)
          .set({ revokedAt: end.now })
          .where(and(family, live))
          .returning({ id: sessions.id, idleExpiresAt: sessions.idleExpiresAt }),
      });
      return ended.some(({ id }) => id === end.sessionId) ? ended : "already_ended";
    },

    /** Ends every session of the account except `keepSessionId`, also its parent session. Returns the ended ids. */
    async endOthers(end: OthersEnd): Promise<readonly string[]> {
      const { accountId, keepSessionId, audit, now } = end;
      const { ended } = await runBatch(db, {
        ended: endSessions(db, accountId, now, ne(sessions.id, keepSessionId)),
        audit: insertAuditEvent(db, audit, accountId),
      });
      return ended.map(({ id }) => id);
    },

    async endAll(accountId: string, now: number, audit: NewAuditEvent): Promise<void> {
      await runBatch(db, {
        sessions: endSessions(db, accountId, now),
        audit: insertAuditEvent(db, audit, accountId),
      });
    },

    async listLive(accountId: string, now: number): Promise<SessionSummary[]> {
      return liveSessions(db, accountId, now);
    },
  };
}
