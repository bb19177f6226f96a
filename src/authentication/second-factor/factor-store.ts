import { and, eq, exists, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factorRemovals, factors, recoveryCodes } from "../../db/schema.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { liftEnrolmentRestriction } from "../../sessions/statements.ts";
import { isRecentlyAuthenticated } from "../reauthentication/statements.ts";
import type { FactorOverview } from "./factor.ts";
import type { EnrolmentOutcome, FactorEnrolment } from "./factor-enrolment.ts";
import { countFactors, followFirstFactor, hasNoSecondFactor, selectFactors } from "./factor-statements.ts";
import { newFactorRow } from "./statements.ts";

export type FactorStore = ReturnType<typeof factorStore>;

export function factorStore(db: Database, caps: SendCaps) {
  return {
    /** The factors of an account, the oldest first, its recovery codes, and what else decides how it is signed in to. */
    async list(accountId: string): Promise<FactorOverview> {
      const results = await runBatch(db, {
        factors: selectFactors(db, accountId),
        codes: db
          .select({ left: sql<number>`count(*)` })
          .from(recoveryCodes)
          .where(and(eq(recoveryCodes.accountId, accountId), isNull(recoveryCodes.usedAt))),
        account: db
          .select({ hasPassword: isNotNull(accounts.passwordHash), removalDueAt: factorRemovals.dueAt })
          .from(accounts)
          .leftJoin(factorRemovals, eq(factorRemovals.accountId, accounts.id))
          .where(eq(accounts.id, accountId)),
      });
      return {
        factors: results.factors,
        recoveryCodesLeft: results.codes[0]?.left ?? 0,
        hasPassword: Boolean(results.account[0]?.hasPassword),
        factorRemovalDueAt: results.account[0]?.removalDueAt ?? null,
      };
    },

    /**
     * Inserts a factor. The first one makes all devices unknown. A session that was restricted to the enrolment has no
     * restriction afterwards, if the enrolment has proved the factor.
     */
    async enrol(enrolment: FactorEnrolment): Promise<EnrolmentOutcome> {
      const { session, factor, max, proves, notice, audit, now } = enrolment;
      const accountId = session.account.id;
      const owner = and(eq(accounts.id, accountId), isActive(), isRecentlyAuthenticated(db, session, now));
      const stored = db.select({ id: factors.id }).from(factors).where(eq(factors.id, factor.id));
      const mayEnrol = and(
        owner,
        notExists(stored),
        sql`${countFactors(db, accountId, factor.kind)} < ${max}`,
      );
      const accountOf = (where: SQL | undefined) =>
        db.select({ id: accounts.id }).from(accounts).where(where);
      const { recent, used, first, enrolled } = await runBatch(db, {
        recent: accountOf(owner),
        used: stored,
        first: accountOf(and(mayEnrol, hasNoSecondFactor(db, accountId))),
        // Before the INSERT, which makes the condition false.
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, mayEnrol)],
        notice: queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: accounts,
          where: mayEnrol,
        }),
        consequences: followFirstFactor(db, session, { where: mayEnrol, now }),
        restriction: liftEnrolmentRestriction(db, {
          sessionId: session.sessionId,
          amr: proves,
          where: exists(accountOf(mayEnrol)),
        }),
        enrolled: insertFrom(
          db,
          factors,
          newFactorRow({ ...factor, accountId, createdAt: now }),
          accounts,
          mayEnrol,
        ).returning({ id: factors.id }),
      });
      if (enrolled.length > 0) return { kind: "enrolled", isFirst: first.length > 0 };
      if (recent.length === 0) return { kind: "reauthentication_required" };
      return { kind: used.length > 0 ? "used_already" : "too_many_factors" };
    },
  };
}
