import { and, eq, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { compiled } from "../../db/compiled-statement.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, queuedRequests } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { HOURLY_LIMIT, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { deleteQueuedRequest, requestIsQueued } from "../../queued-requests/statements.ts";
import { type DeviceRecord, isDeviceStillKnown, type KnownDevice } from "../known-devices/device-token.ts";
import { type DeviceToCheck, deviceCreatedAt, deviceIsKnown } from "../known-devices/statements.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import type { FailedSignIn } from "../lockout/failed-sign-in.ts";
import { recordFailedSignIn, recordQueuedFailure } from "../lockout/failed-sign-in-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import { factorFacts } from "../second-factor/statements.ts";

/** The data of an account that a login is evaluated against. */
export type LoginRecord = DeviceRecord & {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly factorFacts: FactorFacts;
};

type LoginAttempt = {
  readonly emailKey: string;
  /** The lockout keys of the address. The attempt counts for one of them. */
  readonly keys: { readonly unknownDevices: string; readonly knownDevices: string };
  /** The device of a valid token for this address, which may be stale. */
  readonly device: KnownDevice | null;
  readonly now: number;
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

type RecordToFind = { readonly emailKey: string; readonly deviceId: string | null };

const selectRecord = compiled((db, { emailKey, deviceId }: RecordToFind) =>
  db
    .select({
      id: accounts.id,
      ...accountColumns,
      passwordHash: accounts.passwordHash,
      factorFacts: factorFacts(db, deviceId),
      devicesKnownSince: accounts.devicesKnownSince,
      deviceCreatedAt: deviceCreatedAt(db, deviceId),
    })
    .from(accounts)
    .where(eq(accounts.emailKey, emailKey)),
);

function toRecord([row]: ReturnType<typeof selectRecord>["_"]["result"]): LoginRecord | null {
  if (!row) return null;
  const {
    passwordHash,
    factorFacts: enabled,
    devicesKnownSince,
    deviceCreatedAt: createdAt,
    ...account
  } = row;
  return { account, passwordHash, factorFacts: enabled, devicesKnownSince, deviceCreatedAt: createdAt };
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
      const { deviceId, knownSince, isListed } = device ?? UNKNOWN_DEVICE;
      const values = { emailKey, ...keys, deviceId, knownSince, isListed, now };
      const { reserved, lockout, rows } = await runBatch(db, {
        reserved: reserveLogin(db, values),
        lockout: readLoginLockout(db, values),
        rows: selectRecord(db, { emailKey, deviceId }),
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

    /** The email key of the account that has reserved a username; null if none has. */
    async findEmailKey(usernameKey: string): Promise<string | null> {
      const [row] = await db
        .select({ emailKey: accounts.emailKey })
        .from(accounts)
        .where(eq(accounts.usernameKey, usernameKey));
      return row?.emailKey ?? null;
    },

    /** Reads the account again, for a retry within an attempt that is counted already. */
    async findByEmail(emailKey: string, device: KnownDevice | null): Promise<LoginRecord | null> {
      const { deviceId } = device ?? UNKNOWN_DEVICE;
      const { rows } = await runBatch(db, { rows: selectRecord(db, { emailKey, deviceId }) });
      return toRecord(rows);
    },

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

/** Matches no device. */
const UNKNOWN_DEVICE: DeviceToCheck = { deviceId: null, knownSince: null, isListed: null };

type LoginValues = LoginAttempt["keys"] & Pick<LoginAttempt, "emailKey" | "now"> & DeviceToCheck;

const lockoutKeyOf = (db: Database, { knownDevices, unknownDevices, emailKey, ...device }: LoginValues) =>
  sql`CASE WHEN ${deviceIsKnown(db, emailKey, device)} THEN ${knownDevices} ELSE ${unknownDevices} END`;

const reserveLogin = compiled((db, values: LoginValues) =>
  reserveAttempt(db, {
    key: lockoutKeyOf(db, values),
    now: values.now,
    accountId: accountIdOf(db, values.emailKey),
    isLimited: sql`NOT ${deviceIsKnown(db, values.emailKey, values)}`,
  }),
);

const readLoginLockout = compiled((db, values: LoginValues) => readLockout(db, lockoutKeyOf(db, values)));

const accountIdOf = (db: Database, emailKey: string) =>
  sql`${db.select({ id: accounts.id }).from(accounts).where(eq(accounts.emailKey, emailKey))}`;

/** The account of the address, or the id that stands for it: an event is written for either. */
const targetOf = (db: Database, emailKey: string, targetId: string) =>
  sql`coalesce(${accountIdOf(db, emailKey)}, ${targetId})`;
