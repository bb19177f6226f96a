import { and, eq, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { Database } from "../../db/database.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { HOURLY_LIMIT, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { deleteQueuedRequest, requestIsQueued } from "../../queued-requests/statements.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { EnabledFactor } from "../second-factor/second-factor.ts";
import { enabledFactors } from "../second-factor/statements.ts";

/** The data of an account that a login is evaluated against. */
export type LoginRecord = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly enabledFactors: readonly EnabledFactor[];
  /** Instant (ms). Devices that became known before it are unknown again. */
  readonly devicesKnownSince: number;
};

const selectRecord = (db: Database, emailKey: string) =>
  db
    .select({
      id: accounts.id,
      ...accountColumns,
      passwordHash: accounts.passwordHash,
      enabledFactors: enabledFactors(db),
      devicesKnownSince: accounts.devicesKnownSince,
    })
    .from(accounts)
    .where(eq(accounts.emailKey, emailKey));

function toRecord([row]: Awaited<ReturnType<typeof selectRecord>>): LoginRecord | null {
  if (!row) return null;
  const { passwordHash, enabledFactors: enabled, devicesKnownSince, ...account } = row;
  return { account, passwordHash, enabledFactors: enabled, devicesKnownSince };
}

/** `requestId`: the queued request that causes it. */
type LockoutNotice = {
  readonly emailKey: string;
  readonly requestId: string;
  readonly notice: NewMessage;
  readonly now: number;
};

export type PasswordStore = ReturnType<typeof passwordStore>;

export function passwordStore(db: Database, caps: SendCaps) {
  return {
    /** Counts the attempt and reads the account, in one round trip for known and unknown addresses. */
    async reserveAttempt(
      emailKey: string,
      lockoutKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; found: LoginRecord | null }> {
      const { reserved, lockout, rows } = await runBatch(db, {
        reserved: reserveAttempt(db, lockoutKey, now),
        lockout: readLockout(db, lockoutKey),
        rows: selectRecord(db, emailKey),
      });
      return { reservation: reservationOf(reserved, lockout), found: toRecord(rows) };
    },

    /** Reads the account again, for a retry within an attempt that is counted already. */
    findByEmail: async (emailKey: string): Promise<LoginRecord | null> =>
      toRecord(await selectRecord(db, emailKey)),

    /** Releases an attempt that was not evaluated, or that had the correct password. */
    async release(lockoutKey: string): Promise<void> {
      await releaseAttempt(db, lockoutKey);
    },

    /** Performs a queued request: queues the lockout notice to the owner of the address, if it has an active account. */
    async queueLockoutNotice({ emailKey, requestId, notice, now }: LockoutNotice): Promise<void> {
      const notices = queueMessage(db, {
        message: notice,
        accountId: sql`${accounts.id}`,
        now,
        limits: HOURLY_LIMIT,
        caps,
        source: accounts,
        where: and(eq(accounts.emailKey, emailKey), isActive(), requestIsQueued(db, requestId)),
      });
      await runBatch(db, { notices, request: deleteQueuedRequest(db, requestId) });
    },
  };
}
