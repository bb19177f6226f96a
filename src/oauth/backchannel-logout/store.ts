import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { auditEvents, oauthLogoutNotices as notices, oauthClients } from "../../db/schema.ts";
import type { NoticeTaking, TakenNotice } from "./logout-notice.ts";

/** Whether no other caller took the notice after this one, whose lease may have ended. */
const isHeldBy = ({ sessionId, attempts }: NoticeTaking) =>
  and(eq(notices.sessionId, sessionId), eq(notices.attempts, attempts));

export type LogoutNoticeStore = ReturnType<typeof logoutNoticeStore>;

export function logoutNoticeStore(db: Database) {
  return {
    /** The sessions of due notices, earliest due time first. */
    async listDue(now: number, limit: number): Promise<string[]> {
      const rows = await db
        .select({ sessionId: notices.sessionId })
        .from(notices)
        .where(lte(notices.dueAt, now))
        .orderBy(asc(notices.dueAt))
        .limit(limit);
      return rows.map(({ sessionId }) => sessionId);
    },

    /** Takes a due notice by moving its due time to the end of the lease. One of several callers gets it. */
    async take(sessionId: string, now: number, leaseUntil: number): Promise<TakenNotice | null> {
      const isNotice = eq(notices.sessionId, sessionId);
      const { taken, clients } = await runBatch(db, {
        taken: db
          .update(notices)
          .set({ dueAt: leaseUntil, attempts: sql`${notices.attempts} + 1` })
          .where(and(isNotice, lte(notices.dueAt, now)))
          .returning({
            sessionId: notices.sessionId,
            clientId: notices.clientId,
            accountId: notices.subject,
            attempts: notices.attempts,
            createdAt: notices.createdAt,
          }),
        clients: db
          .select({
            backchannelLogoutUri: oauthClients.backchannelLogoutUri,
            idTokenAlg: oauthClients.idTokenAlg,
          })
          .from(oauthClients)
          .innerJoin(notices, eq(notices.clientId, oauthClients.id))
          .where(isNotice),
      });
      const [[notice], [client]] = [taken, clients];
      // Deleting a client deletes its notices.
      return notice && client ? { ...notice, client } : null;
    },

    /** Deletes a delivered notice, even if its lease has ended, so that it is not sent again. */
    async remove(sessionId: string): Promise<void> {
      await db.delete(notices).where(eq(notices.sessionId, sessionId));
    },

    async postpone(taking: NoticeTaking, dueAt: number): Promise<void> {
      await db.update(notices).set({ dueAt }).where(isHeldBy(taking));
    },

    /** Deletes a notice that could not be delivered, and records that. */
    async drop(taking: NoticeTaking, audit: NewAuditEvent): Promise<void> {
      const isHeld = isHeldBy(taking);
      await runBatch(db, {
        audit: insertFrom(db, auditEvents, auditRow(audit, notices.subject), notices, isHeld),
        notice: db.delete(notices).where(isHeld),
      });
    },
  };
}
