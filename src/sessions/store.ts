import { and, eq, isNull, ne, or, sql } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import { accountColumns } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-from.ts";
import { accountIsActive } from "../db/predicates.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { ALWAYS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { CurrentSession, SessionState, SessionSummary } from "./session.ts";
import { endSessions, liveSessions, stillGood } from "./statements.ts";

type Rotation = {
  readonly sessionId: string;
  /** The generation that the presented token names. */
  readonly generation: number;
  readonly idleExpiresAt: number;
  readonly now: number;
};

/** What the rotation found: whether it was the one that rotated, and the row as it is now. */
export type RotationOutcome = {
  readonly rotated: boolean;
  readonly session: SessionState;
  readonly account: Account;
};

type Revocation = {
  readonly sessionId: string;
  /** Null: whosever it is. */
  readonly accountId: string | null;
  readonly now: number;
};

/** A session that has just ended, and when its refresh token would have. */
type EndedSession = { readonly id: string; readonly idleExpiresAt: number };

type Others = {
  readonly accountId: string;
  readonly keepSessionId: string;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export function sessionStore(db: Database, caps: SendCaps) {
  return {
    /** The caller of a protected route, if the session and the account are good at this instant. */
    async findCurrent(sessionId: string, now: number): Promise<CurrentSession | null> {
      const [row] = await db
        .select({ id: sessions.accountId, ...accountColumns })
        .from(sessions)
        .innerJoin(accounts, eq(accounts.id, sessions.accountId))
        .where(and(eq(sessions.id, sessionId), stillGood(now), eq(accounts.status, "active")));
      return row ? { sessionId, account: row } : null;
    },

    /**
     * RFC 9700 §4.14.2. The UPDATE is the decision: of any number that present one generation, one
     * rotates. The row that it left is read in the same batch, for whoever lost to judge.
     */
    async rotate(draft: Rotation): Promise<RotationOutcome | null> {
      const [rotated, rows] = await db.batch([
        db
          .update(sessions)
          .set({
            generation: draft.generation + 1,
            rotatedAt: draft.now,
            lastUsedAt: draft.now,
            idleExpiresAt: sql`min(${draft.idleExpiresAt}, ${sessions.expiresAt})`,
          })
          .where(
            and(
              eq(sessions.id, draft.sessionId),
              eq(sessions.generation, draft.generation),
              stillGood(draft.now),
              accountIsActive(db, sessions.accountId),
            ),
          )
          .returning({ id: sessions.id }),
        db
          .select({ ...stateColumns, ...accountColumns })
          .from(sessions)
          .innerJoin(accounts, eq(accounts.id, sessions.accountId))
          .where(and(eq(sessions.id, draft.sessionId), eq(accounts.status, "active"))),
      ]);
      const row = rows[0];
      if (!row) return null;
      const { id, accountId, amr, generation, rotatedAt, idleExpiresAt, expiresAt, revokedAt, ...account } =
        row;
      return {
        rotated: rotated.length > 0,
        session: {
          id,
          accountId,
          amr: amr.split(" "),
          generation,
          rotatedAt,
          idleExpiresAt,
          expiresAt,
          revokedAt,
        },
        account: { id: accountId, ...account },
      };
    },

    /**
     * Ends one session, of that account if one is named, and those of the apps that it opened. `notice`, if any,
     * is mailed only by whoever really ended it.
     */
    async end(
      draft: Revocation & { readonly audit: NewAuditEvent; readonly notice?: NewMessage },
    ): Promise<readonly EndedSession[] | "already_ended"> {
      const live = and(
        draft.accountId === null ? undefined : eq(sessions.accountId, draft.accountId),
        isNull(sessions.revokedAt),
      );
      const ended = and(eq(sessions.id, draft.sessionId), live);
      const family = or(eq(sessions.id, draft.sessionId), eq(sessions.parentId, draft.sessionId));
      const notice = draft.notice && {
        draft: draft.notice,
        accountId: sql`${sessions.accountId}`,
        now: draft.now,
        limits: ALWAYS,
        caps,
        source: sessions,
        where: ended,
      };
      const results = await db.batch([
        // Before the UPDATE, while the condition that makes it single still holds.
        insertFrom(db, auditEvents, auditRow(draft.audit, sessions.accountId), sessions, ended),
        ...(notice ? queueMessage(db, notice) : []),
        db
          .update(sessions)
          .set({ revokedAt: draft.now })
          .where(and(family, live))
          .returning({ id: sessions.id, idleExpiresAt: sessions.idleExpiresAt }),
      ]);
      // The last result is the UPDATE's, however many statements came before it.
      const rows = results.at(-1) as EndedSession[];
      return rows.some(({ id }) => id === draft.sessionId) ? rows : "already_ended";
    },

    /** Ends every session of the account but one, whoever opened which. The ids of those come back. */
    async endOthers(draft: Others): Promise<readonly string[]> {
      const { accountId, keepSessionId, now } = draft;
      const [ended] = await db.batch([
        endSessions(db, accountId, now, ne(sessions.id, keepSessionId)),
        db.insert(auditEvents).values(auditRow(draft.audit, accountId)),
      ]);
      return ended.map(({ id }) => id);
    },

    async endAll(accountId: string, now: number, audit: NewAuditEvent): Promise<void> {
      await db.batch([
        endSessions(db, accountId, now),
        db.insert(auditEvents).values(auditRow(audit, accountId)),
      ]);
    },

    async listLive(accountId: string, now: number): Promise<SessionSummary[]> {
      return liveSessions(db, accountId, now);
    },
  };
}

const stateColumns = {
  id: sessions.id,
  accountId: sessions.accountId,
  amr: sessions.amr,
  generation: sessions.generation,
  rotatedAt: sessions.rotatedAt,
  idleExpiresAt: sessions.idleExpiresAt,
  expiresAt: sessions.expiresAt,
  revokedAt: sessions.revokedAt,
};
