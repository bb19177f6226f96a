import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, knownDevices, sessions } from "../../db/schema.ts";
import { isKnownAt, MAX_KNOWN_DEVICES } from "./statements.ts";

/** A known device of an account. Instants in milliseconds. */
export type KnownDeviceSummary = {
  readonly id: string;
  readonly createdAt: number;
  /** The last sign-in. */
  readonly lastUsedAt: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Until when a sign-in on it needs no second factor. Null: it does. */
  readonly trustedUntil: number | null;
};

type Forgetting = { readonly deviceId: string; readonly accountId: string; readonly audit: NewAuditEvent };

type SessionDevice = {
  readonly sessionId: string;
  readonly accountId: string;
  readonly audit: NewAuditEvent;
};

export type KnownDeviceStore = ReturnType<typeof knownDeviceStore>;

export const knownDeviceStore = (db: Database) => ({
  /** The known devices of an account, the most recently used first. */
  list: (accountId: string, now: number): Promise<KnownDeviceSummary[]> =>
    db
      .select({
        id: knownDevices.id,
        createdAt: knownDevices.createdAt,
        lastUsedAt: knownDevices.lastUsedAt,
        ip: knownDevices.ip,
        userAgent: knownDevices.userAgent,
        trustedUntil: sql<
          number | null
        >`CASE WHEN ${knownDevices.trustedUntil} > ${now} THEN ${knownDevices.trustedUntil} END`.as(
          "trusted_until",
        ),
      })
      .from(knownDevices)
      .innerJoin(accounts, eq(accounts.id, knownDevices.accountId))
      .where(isKnownAt(accountId, now))
      .orderBy(desc(knownDevices.lastUsedAt))
      .limit(MAX_KNOWN_DEVICES),

  /** Ends the trust in a device, which stays known. */
  async endTrust({ deviceId, accountId, audit }: Forgetting): Promise<"ended" | "not_found"> {
    const isTrusted = and(
      eq(knownDevices.id, deviceId),
      eq(knownDevices.accountId, accountId),
      isNotNull(knownDevices.trustedUntil),
    );
    const { ended } = await runBatch(db, {
      // Before the UPDATE, which makes the condition false.
      audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), knownDevices, isTrusted)],
      ended: db
        .update(knownDevices)
        .set({ trustedUntil: null })
        .where(isTrusted)
        .returning({ id: knownDevices.id }),
    });
    return ended.length > 0 ? "ended" : "not_found";
  },

  /** Deletes the row of a device, which invalidates its tokens. */
  async forget({ deviceId, accountId, audit }: Forgetting): Promise<"forgotten" | "not_found"> {
    const own = and(eq(knownDevices.id, deviceId), eq(knownDevices.accountId, accountId));
    const { forgotten } = await runBatch(db, {
      // Before the DELETE, which makes the condition false.
      audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), knownDevices, own)],
      forgotten: db.delete(knownDevices).where(own).returning({ id: knownDevices.id }),
    });
    return forgotten.length > 0 ? "forgotten" : "not_found";
  },

  /** Forgets the device of a session, which may have ended. Returns its id; null if the account has no such device. */
  async forgetOfSession({ sessionId, accountId, audit }: SessionDevice): Promise<string | null> {
    const device = db
      .select({ deviceId: sessions.deviceId })
      .from(sessions)
      .where(eq(sessions.id, sessionId));
    const own = and(eq(knownDevices.accountId, accountId), inArray(knownDevices.id, device));
    const details = sql`json_object('deviceId', ${knownDevices.id})`;
    const { forgotten } = await runBatch(db, {
      audit: [insertFrom(db, auditEvents, { ...auditRow(audit, accountId), details }, knownDevices, own)],
      forgotten: db.delete(knownDevices).where(own).returning({ id: knownDevices.id }),
    });
    return forgotten[0]?.id ?? null;
  },
});
