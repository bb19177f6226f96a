import { and, eq, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, queuedRequests } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { HOURLY_LIMIT, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { deleteQueuedRequest, requestIsQueued } from "../../queued-requests/statements.ts";
import { type DeviceRecord, isDeviceStillKnown, type KnownDevice } from "../known-devices/device-token.ts";
import { deviceCreatedAt, deviceIsKnown } from "../known-devices/statements.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import { recordFailedSignIn, recordQueuedFailure } from "../lockout/failed-sign-in-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { EnabledFactor } from "../second-factor/second-factor.ts";
import { enabledFactors } from "../second-factor/statements.ts";

/** The data of an account that a login is evaluated against. */
export type LoginRecord = DeviceRecord & {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly enabledFactors: readonly EnabledFactor[];
};

type LoginAttempt = {
  readonly emailKey: string;
  /** The lockout keys of the address. The attempt counts for one of them. */
  readonly keys: { readonly unknownDevices: string; readonly knownDevices: string };
  /** The device of a valid token for this address, which may be stale. */
  readonly device: KnownDevice | null;
  readonly now: number;
};

/** A wrong password, or an attempt that the lockout refused. */
type FailedSignIn = {
  readonly emailKey: string;
  readonly targetId: string;
  readonly failure: NewAuditEvent;
};

type StartedLockout = {
  /** The queued request that causes it. */
  readonly requestId: string;
  readonly emailKey: string;
  readonly targetId: string;
  /** The wrong password that starts it. Undefined in a request of the previous release, which has recorded it. */
  readonly failure?: NewAuditEvent | undefined;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

/** `key`: the lockout key that the attempt counts for. `device`: null if the device is unknown. */
type ReservedLogin = {
  readonly reservation: Reservation;
  readonly key: string;
  readonly device: KnownDevice | null;
  readonly found: LoginRecord | null;
};

const selectRecord = (db: Database, emailKey: string, device: KnownDevice | null) =>
  db
    .select({
      id: accounts.id,
      ...accountColumns,
      passwordHash: accounts.passwordHash,
      enabledFactors: enabledFactors(db),
      devicesKnownSince: accounts.devicesKnownSince,
      deviceCreatedAt: deviceCreatedAt(db, device?.deviceId ?? null),
    })
    .from(accounts)
    .where(eq(accounts.emailKey, emailKey));

function toRecord([row]: Awaited<ReturnType<typeof selectRecord>>): LoginRecord | null {
  if (!row) return null;
  const {
    passwordHash,
    enabledFactors: enabled,
    devicesKnownSince,
    deviceCreatedAt: createdAt,
    ...account
  } = row;
  return { account, passwordHash, enabledFactors: enabled, devicesKnownSince, deviceCreatedAt: createdAt };
}

export type PasswordStore = ReturnType<typeof passwordStore>;

export function passwordStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Counts the attempt and reads the account, in one round trip for known and unknown addresses. The statement
     * itself decides whether the device is known, so a stale device token changes no lockout of known devices.
     */
    async reserveAttempt(attempt: LoginAttempt): Promise<ReservedLogin> {
      const { emailKey, keys, device, now } = attempt;
      const isKnown = device ? deviceIsKnown(db, emailKey, device) : null;
      const key = isKnown
        ? sql`CASE WHEN ${isKnown} THEN ${keys.knownDevices} ELSE ${keys.unknownDevices} END`
        : keys.unknownDevices;
      const isLimited = isKnown ? sql`NOT ${isKnown}` : sql`TRUE`;
      const { reserved, lockout, rows } = await runBatch(db, {
        reserved: reserveAttempt(db, { key, now, accountId: accountIdOf(db, emailKey), isLimited }),
        lockout: readLockout(db, key),
        rows: selectRecord(db, emailKey, device),
      });
      const found = toRecord(rows);
      const known = device && found && isDeviceStillKnown(device, found) ? device : null;
      return {
        reservation: reservationOf(reserved, lockout, now),
        key: known ? keys.knownDevices : keys.unknownDevices,
        device: known,
        found,
      };
    },

    /** Reads the account again, for a retry within an attempt that is counted already. */
    findByEmail: async (emailKey: string, device: KnownDevice | null): Promise<LoginRecord | null> =>
      toRecord(await selectRecord(db, emailKey, device)),

    /** Releases an attempt that was not evaluated, or that had the correct password. */
    async release(lockoutKey: string): Promise<void> {
      await releaseAttempt(db, lockoutKey);
    },

    /** Counts a failed sign-in in the audit log, with the same row for known and unknown addresses. */
    async recordFailure({ failure, emailKey, targetId }: FailedSignIn): Promise<void> {
      await recordFailedSignIn(db, failure, targetOf(db, emailKey, targetId));
    },

    /**
     * Performs a queued request: records the lockout, and queues the notice to the owner of the address, if it has an
     * active account.
     */
    async recordLockout(lockout: StartedLockout): Promise<void> {
      const { emailKey, targetId, requestId, failure, notice, audit, now } = lockout;
      const notices = queueMessage(db, {
        message: notice,
        accountId: sql`${accounts.id}`,
        now,
        limits: HOURLY_LIMIT,
        caps,
        source: accounts,
        where: and(eq(accounts.emailKey, emailKey), isActive(), requestIsQueued(db, requestId)),
      });
      const target = targetOf(db, emailKey, targetId);
      const isQueued = eq(queuedRequests.id, requestId);
      await runBatch(db, {
        notices,
        failure: failure ? [recordQueuedFailure(db, failure, target, isQueued)] : [],
        audit: [insertFrom(db, auditEvents, auditRow(audit, target), queuedRequests, isQueued)],
        request: deleteQueuedRequest(db, requestId),
      });
    },
  };
}

const accountIdOf = (db: Database, emailKey: string) =>
  sql`${db.select({ id: accounts.id }).from(accounts).where(eq(accounts.emailKey, emailKey))}`;

/** The account of the address, or the id that stands for it: an event is written for either. */
const targetOf = (db: Database, emailKey: string, targetId: string) =>
  sql`coalesce(${accountIdOf(db, emailKey)}, ${targetId})`;
