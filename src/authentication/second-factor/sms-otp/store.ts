import { and, eq, isNotNull, notExists, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../../admin/audit-log/statements.ts";
import type { Database } from "../../../db/database.ts";
import { insertFrom } from "../../../db/insert-select.ts";
import { isActive } from "../../../db/predicates.ts";
import { runBatch } from "../../../db/run-batch.ts";
import { accounts, auditEvents, factors } from "../../../db/schema.ts";
import type { NewMessage } from "../../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../../reauthentication/statements.ts";
import { followFirstFactor } from "../factor-statements.ts";
import { newFactorRow } from "../statements.ts";

type Enabling = {
  readonly session: CurrentSession;
  readonly factorId: string;
  /** The number that the caller was judged by. */
  readonly phone: string;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type SmsOtpStore = ReturnType<typeof smsOtpStore>;

export function smsOtpStore(db: Database, caps: SendCaps) {
  const one = { one: sql`1` };
  const smsFactor = (accountId: string) => and(eq(factors.accountId, accountId), eq(factors.kind, "sms_otp"));
  const recentOwner = ({ session, now }: Enabling) =>
    and(eq(accounts.id, session.account.id), isActive(), isRecentlyAuthenticated(db, session, now));
  /** The audit row and the notice, where the account meets `where`. */
  const announce = ({ session, notice, audit, now }: Enabling, where: SQL | undefined) => [
    insertFrom(db, auditEvents, auditRow(audit, session.account.id), accounts, where),
    ...queueMessage(db, {
      message: notice,
      accountId: session.account.id,
      now,
      limits: NO_SEND_LIMITS,
      caps,
      source: accounts,
      where,
    }),
  ];
  return {
    /** `unchanged`: it is enabled already. Enabling the first second factor makes all devices unknown. */
    async enable(input: Enabling): Promise<"changed" | "unchanged" | "refused"> {
      const { session, factorId, phone, now } = input;
      const accountId = session.account.id;
      const mayEnable = and(
        recentOwner(input),
        eq(accounts.phone, phone),
        isNotNull(accounts.phoneVerifiedAt),
        notExists(db.select(one).from(factors).where(smsFactor(accountId))),
      );
      const row = newFactorRow({ id: factorId, accountId, kind: "sms_otp", createdAt: now });
      const { changed, enabled } = await runBatch(db, {
        announcement: announce(input, mayEnable),
        consequences: followFirstFactor(db, session, { where: mayEnable, now }),
        // After the statements above, whose condition it makes false.
        factor: [insertFrom(db, factors, row, accounts, mayEnable)],
        changed: db.select({ id: factors.id }).from(factors).where(eq(factors.id, factorId)),
        enabled: db.select({ id: factors.id }).from(factors).where(smsFactor(accountId)),
      });
      if (changed.length > 0) return "changed";
      return enabled.length > 0 ? "unchanged" : "refused";
    },
  };
}
