import { and, eq, exists, notExists, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { endTrustOfDevices } from "../known-devices/statements.ts";
import { followFirstFactor } from "./factor-statements.ts";
import { newFactorRow } from "./statements.ts";

type EmailOtpSetting = {
  readonly session: CurrentSession;
  /** The id of the new factor. */
  readonly factorId: string;
  /** The hash that the password was verified against. If the account has another one, nothing changes. */
  readonly checkedHash: string;
  readonly enabled: boolean;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type EmailOtpStore = ReturnType<typeof emailOtpStore>;

export function emailOtpStore(db: Database, caps: SendCaps) {
  return {
    /** Switches the mailed code of an account on or off. Switching it on makes all devices unknown; off ends their trust. */
    async set(setting: EmailOtpSetting): Promise<"changed" | "unchanged" | "changed_meanwhile"> {
      const { session, factorId, checkedHash, enabled, notice, audit, now } = setting;
      const accountId = session.account.id;
      const isConfirmed = and(eq(accounts.id, accountId), isActive(), eq(accounts.passwordHash, checkedHash));
      const isEmailOtp = and(eq(factors.accountId, accountId), eq(factors.kind, "email_otp"));
      const stored = db.select({ one: sql`1` }).from(factors).where(isEmailOtp);
      const differs = and(isConfirmed, enabled ? notExists(stored) : exists(stored));
      const { changed, confirmed } = await runBatch(db, {
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, differs)],
        notice: queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: accounts,
          where: differs,
        }),
        consequences: enabled ? followFirstFactor(db, session, { where: differs, now }) : [],
        changed: db
          .update(accounts)
          .set({ ...(enabled ? { devicesKnownSince: now + 1 } : {}), updatedAt: now })
          .where(differs)
          .returning({ id: accounts.id }),
        devices: enabled
          ? []
          : [
              endTrustOfDevices(
                db,
                accountId,
                exists(db.select({ one: sql`1` }).from(accounts).where(differs)),
              ),
            ],
        // After the statements above, whose condition it makes false.
        factor: [
          enabled
            ? insertFrom(
                db,
                factors,
                newFactorRow({ id: factorId, accountId, kind: "email_otp", createdAt: now }),
                accounts,
                differs,
              )
            : db
                .delete(factors)
                .where(and(isEmailOtp, exists(db.select({ one: sql`1` }).from(accounts).where(isConfirmed)))),
        ],
        confirmed: db.select({ id: accounts.id }).from(accounts).where(isConfirmed),
      });
      if (changed.length > 0) return "changed";
      return confirmed.length > 0 ? "unchanged" : "changed_meanwhile";
    },
  };
}
