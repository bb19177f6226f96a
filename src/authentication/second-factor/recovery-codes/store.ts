import { and, eq, exists, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../../admin/audit-log/statements.ts";
import type { Database } from "../../../db/database.ts";
import { insertFrom } from "../../../db/insert-select.ts";
import { isActive } from "../../../db/predicates.ts";
import { runBatch } from "../../../db/run-batch.ts";
import { accounts, auditEvents, recoveryCodes } from "../../../db/schema.ts";
import type { NewMessage } from "../../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../../reauthentication/statements.ts";
import { hasSecondFactor } from "../factor-statements.ts";

type Replacement = {
  readonly session: CurrentSession;
  readonly codes: readonly { readonly id: string; readonly codeHash: string }[];
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type RecoveryCodeStore = ReturnType<typeof recoveryCodeStore>;

export function recoveryCodeStore(db: Database, caps: SendCaps) {
  return {
    /** Deletes the codes of the account and inserts a new set. Of parallel requests, the codes of the last one are valid. */
    async replace({
      session,
      codes,
      notice,
      audit,
      now,
    }: Replacement): Promise<"replaced" | "reauthentication_required" | "no_second_factor"> {
      const accountId = session.account.id;
      const owner = and(eq(accounts.id, accountId), isActive(), isRecentlyAuthenticated(db, session, now));
      const mayReplace = and(owner, hasSecondFactor(db, accountId));
      const isAllowed = exists(db.select({ one: sql`1` }).from(accounts).where(mayReplace));
      const row = { accountId, createdAt: now, usedAt: null };
      const { recent, allowed } = await runBatch(db, {
        recent: db.select({ id: accounts.id }).from(accounts).where(owner),
        allowed: db.select({ id: accounts.id }).from(accounts).where(mayReplace),
        earlier: [db.delete(recoveryCodes).where(and(eq(recoveryCodes.accountId, accountId), isAllowed))],
        codes: codes.map((code) => insertFrom(db, recoveryCodes, { ...row, ...code }, accounts, mayReplace)),
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, mayReplace)],
        notice: queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: accounts,
          where: mayReplace,
        }),
      });
      if (recent.length === 0) return "reauthentication_required";
      return allowed.length > 0 ? "replaced" : "no_second_factor";
    },
  };
}
