import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { auditEvents, factors } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../reauthentication/statements.ts";
import {
  deleteRecoveryCodes,
  endDeviceTrust,
  factorAuditRow,
  followFirstFactor,
  hasNoSecondFactor,
  hasSecondFactor,
  isNotLastSignInMethod,
  type UsableSignInMethods,
} from "./factor-statements.ts";

type Change = {
  readonly session: CurrentSession;
  readonly id: string;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

/** `mustKeepOne`: the policy requires that one second factor remains. */
type Removal = Change & {
  readonly notice: NewMessage;
  readonly mustKeepOne: boolean;
  readonly usableMethods: UsableSignInMethods;
};

type Switch = Change & {
  readonly notice: NewMessage;
  readonly isSecondFactor: boolean;
  readonly mustKeepOne: boolean;
};

type Rename = Omit<Change, "now"> & { readonly label: string | null };

type ChangeFailure = "not_found" | "reauthentication_required" | "last_second_factor";

export type FactorChangeStore = ReturnType<typeof factorChangeStore>;

export function factorChangeStore(db: Database, caps: SendCaps) {
  const notify = (accountId: string, { notice, now }: Switch | Removal, where: SQL | undefined) =>
    queueMessage(db, {
      message: notice,
      accountId,
      now,
      limits: NO_SEND_LIMITS,
      caps,
      source: factors,
      where,
    });
  const select = (where: SQL | undefined) => db.select({ one: sql<number>`1` }).from(factors).where(where);
  /** The effects of the change after which the account may have no second factor any more. */
  const afterLoss = (accountId: string, id: string, changed: SQL | undefined) => [
    endDeviceTrust(db, accountId, exists(select(changed))),
    deleteRecoveryCodes(db, accountId, and(exists(select(changed)), hasNoSecondFactor(db, accountId, id))),
  ];

  return {
    async rename({ session, id, label, audit }: Rename): Promise<"changed" | "not_found"> {
      const accountId = session.account.id;
      const own = ownFactor(accountId, id);
      const { changed } = await runBatch(db, {
        audit: [insertFrom(db, auditEvents, factorAuditRow(audit, accountId), factors, own)],
        changed: db.update(factors).set({ label }).where(own).returning({ id: factors.id }),
      });
      return changed.length > 0 ? "changed" : "not_found";
    },

    /** Changes whether a sign-in asks for a passkey after the first factor. */
    async setSecondFactor(change: Switch): Promise<"changed" | "unchanged" | ChangeFailure> {
      const { session, id, audit, isSecondFactor, mustKeepOne, now } = change;
      const accountId = session.account.id;
      const own = and(ownFactor(accountId, id), eq(factors.kind, "passkey"));
      const isRecent = isRecentlyAuthenticated(db, session, now);
      const differs = and(own, eq(factors.isSecondFactor, !isSecondFactor));
      const isKept = !isSecondFactor && mustKeepOne ? hasSecondFactor(db, accountId, id) : undefined;
      const mayChange = and(differs, isRecent, isKept);
      const { found, recent, different, changed } = await runBatch(db, {
        found: select(own),
        recent: select(and(own, isRecent)),
        different: select(differs),
        audit: [insertFrom(db, auditEvents, factorAuditRow(audit, accountId), factors, mayChange)],
        notice: notify(accountId, change, mayChange),
        effects: isSecondFactor
          ? followFirstFactor(db, session, { where: exists(select(mayChange)), now })
          : afterLoss(accountId, id, mayChange),
        changed: db.update(factors).set({ isSecondFactor }).where(mayChange).returning({ id: factors.id }),
      });
      if (changed.length > 0) return "changed";
      if (found.length === 0) return "not_found";
      if (recent.length === 0) return "reauthentication_required";
      return different.length === 0 ? "unchanged" : "last_second_factor";
    },

    /** Deletes a factor. The trust in devices ends; the recovery codes go with the last second factor. */
    async remove(removal: Removal): Promise<"removed" | "last_sign_in_method" | ChangeFailure> {
      const { session, id, audit, mustKeepOne, usableMethods, now } = removal;
      const accountId = session.account.id;
      const own = ownFactor(accountId, id);
      const isRecent = isRecentlyAuthenticated(db, session, now);
      const isKept = mustKeepOne
        ? sql`(NOT ${factors.isSecondFactor} OR ${hasSecondFactor(db, accountId, id)})`
        : undefined;
      const isNotLast = isNotLastSignInMethod(db, accountId, id, usableMethods);
      const mayRemove = and(own, isRecent, isKept, isNotLast);
      const { found, recent, kept, removed } = await runBatch(db, {
        found: select(own),
        recent: select(and(own, isRecent)),
        kept: select(and(own, isKept)),
        // Before the DELETE, which makes the condition false.
        audit: [insertFrom(db, auditEvents, factorAuditRow(audit, accountId), factors, mayRemove)],
        notice: notify(accountId, removal, mayRemove),
        effects: afterLoss(accountId, id, mayRemove),
        removed: db.delete(factors).where(mayRemove).returning({ id: factors.id }),
      });
      if (removed.length > 0) return "removed";
      if (found.length === 0) return "not_found";
      if (recent.length === 0) return "reauthentication_required";
      return kept.length === 0 ? "last_second_factor" : "last_sign_in_method";
    },
  };
}

const ownFactor = (accountId: string, id: string): SQL | undefined =>
  and(eq(factors.id, id), eq(factors.accountId, accountId));
