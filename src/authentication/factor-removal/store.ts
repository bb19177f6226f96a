import { and, eq, exists, lte, or, type SQL, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow, isAudited } from "../../admin/audit-log/statements.ts";
import { type AuditedAction, applyIf, targetUnchanged, wasApplied } from "../../admin/users/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accountIsActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import {
  accounts,
  auditEvents,
  emailTokens,
  factorRemovals,
  factors,
  knownDevices,
  oneTimeCodes,
  recoveryCodes,
  webauthnChallenges,
} from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { voidEmailTokens } from "../../registration/email-tokens/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import { voidOneTimeCodes } from "../one-time-codes/statements.ts";
import { noFactorRemoval, selectFactorRemoval } from "./statements.ts";

type Request = AuditedAction & {
  readonly removalId: string;
  readonly requestedBy: string | null;
  readonly dueAt: number;
  /** To the mailbox, and to the verified phone. */
  readonly notices: readonly NewMessage[];
  readonly now: number;
};

/** Which removal is cancelled: that of a signed link, or that of an account. */
export type CancelledRemoval = { readonly removalId: string } | { readonly accountId: string };

type Cancellation = {
  readonly removal: CancelledRemoval;
  readonly audit: NewAuditEvent;
  readonly notice: NewMessage;
  readonly now: number;
};

/** A removal whose waiting period is over. */
export type DueRemoval = { readonly id: string; readonly accountId: string; readonly phone: string | null };

type Performance = {
  readonly removal: DueRemoval;
  readonly audit: NewAuditEvent;
  readonly notices: readonly NewMessage[];
  readonly now: number;
};

export type FactorRemovalStore = ReturnType<typeof factorRemovalStore>;

const one = { one: sql`1` };

export function factorRemovalStore(db: Database, caps: SendCaps) {
  const queue = (
    notices: readonly NewMessage[],
    of: { readonly accountId: string | SQL; readonly now: number },
    source: typeof accounts | typeof factorRemovals,
    where: SQL | undefined,
  ) =>
    notices.flatMap((message) =>
      queueMessage(db, { ...of, message, limits: NO_SEND_LIMITS, caps, source, where }),
    );
  const isOf = (removal: CancelledRemoval) =>
    "removalId" in removal
      ? eq(factorRemovals.id, removal.removalId)
      : eq(factorRemovals.accountId, removal.accountId);
  return {
    /**
     * Requests the removal, if the account has a factor and none is pending. Links that would change the email address
     * become invalid.
     */
    async request(request: Request): Promise<"done" | "pending" | "no_factors" | "changed_meanwhile"> {
      const { target, removalId, requestedBy, dueAt, notices, now } = request;
      const applies = wasApplied(db, request);
      const isTarget = and(eq(accounts.id, target.id), applies);
      const hasFactors = or(
        exists(db.select(one).from(factors).where(eq(factors.accountId, target.id))),
        exists(db.select(one).from(recoveryCodes).where(eq(recoveryCodes.accountId, target.id))),
      );
      const { unchanged, pending, applied } = await runBatch(db, {
        unchanged: targetUnchanged(db, request),
        pending: selectFactorRemoval(db, target.id),
        applied: applyIf(db, request, and(hasFactors, noFactorRemoval(db, target.id))),
        removal: [
          insertFrom(
            db,
            factorRemovals,
            { id: removalId, accountId: target.id, requestedBy, createdAt: now, dueAt },
            accounts,
            isTarget,
          ),
        ],
        emailTokens: voidEmailTokens(
          db,
          and(eq(emailTokens.accountId, target.id), applies) ?? applies,
          ["change_email"],
          now,
        ),
        notices: queue(notices, { accountId: target.id, now }, accounts, isTarget),
      });
      if (applied.length > 0) return "done";
      if (unchanged.length === 0) return "changed_meanwhile";
      return pending.length > 0 ? "pending" : "no_factors";
    },

    /** When the removal is due that a signed link can cancel, and of which account it is. Null: none is pending. */
    async find(
      removalId: string,
    ): Promise<{ readonly dueAt: number; readonly account: Account["email"] } | null> {
      const [row] = await db
        .select({ dueAt: factorRemovals.dueAt, account: accounts.email })
        .from(factorRemovals)
        .innerJoin(accounts, eq(accounts.id, factorRemovals.accountId))
        .where(eq(factorRemovals.id, removalId));
      return row ?? null;
    },

    /** The pending removal of an account. */
    async findOf(accountId: string): Promise<{ readonly dueAt: number } | null> {
      const [row] = await selectFactorRemoval(db, accountId);
      return row ?? null;
    },

    /** Of a cancellation and the removal itself exactly one takes the row. */
    async cancel({ removal, audit, notice, now }: Cancellation): Promise<boolean> {
      const isPending = isOf(removal);
      const accountId = sql`${factorRemovals.accountId}`;
      const { cancelled } = await runBatch(db, {
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), factorRemovals, isPending)],
        notice: queue([notice], { accountId, now }, factorRemovals, isPending),
        cancelled: db.delete(factorRemovals).where(isPending).returning({ id: factorRemovals.id }),
      });
      return cancelled.length > 0;
    },

    /** The removals that are due, the earliest first. */
    async listDue(now: number, limit: number): Promise<DueRemoval[]> {
      return db
        .select({
          id: factorRemovals.id,
          accountId: factorRemovals.accountId,
          phone: sql<
            string | null
          >`CASE WHEN ${accounts.phoneVerifiedAt} IS NOT NULL THEN ${accounts.phone} END`.as("texted_phone"),
        })
        .from(factorRemovals)
        .innerJoin(accounts, eq(accounts.id, factorRemovals.accountId))
        .where(lte(factorRemovals.dueAt, now))
        .orderBy(factorRemovals.dueAt)
        .limit(limit);
    },

    /**
     * Removes all factors and recovery codes, ends the sessions, and makes all devices unknown, once. The required
     * enrolment starts again.
     */
    async perform({ removal, audit, notices, now }: Performance): Promise<boolean> {
      const { id, accountId } = removal;
      const isDue = and(
        eq(factorRemovals.id, id),
        lte(factorRemovals.dueAt, now),
        accountIsActive(db, factorRemovals.accountId),
      );
      const isPerformed = isAudited(db, audit);
      const { performed } = await runBatch(db, {
        performed: insertFrom(db, auditEvents, auditRow(audit, accountId), factorRemovals, isDue).returning({
          id: auditEvents.id,
        }),
        factors: [
          db.delete(factors).where(and(eq(factors.accountId, accountId), isPerformed)),
          db.delete(recoveryCodes).where(and(eq(recoveryCodes.accountId, accountId), isPerformed)),
          db.delete(webauthnChallenges).where(and(eq(webauthnChallenges.accountId, accountId), isPerformed)),
          voidOneTimeCodes(db, and(eq(oneTimeCodes.accountId, accountId), isPerformed) ?? isPerformed),
        ],
        account: [
          db
            .update(accounts)
            .set({ devicesKnownSince: now + 1, resetByMailAt: null, enrolmentDueAt: null, updatedAt: now })
            .where(and(eq(accounts.id, accountId), isPerformed)),
          db
            .update(knownDevices)
            .set({ trustedUntil: null })
            .where(and(eq(knownDevices.accountId, accountId), isPerformed)),
        ],
        sessions: [endSessions(db, accountId, now, isPerformed)],
        notices: queue(notices, { accountId, now }, accounts, and(eq(accounts.id, accountId), isPerformed)),
        removal: [db.delete(factorRemovals).where(and(eq(factorRemovals.id, id), isPerformed))],
      });
      return performed.length > 0;
    },
  };
}
