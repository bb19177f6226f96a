import { and, eq, exists, gt, isNull, lt, notExists, or, type SQL, sql } from "drizzle-orm";
import { accountColumns } from "../../accounts/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, attemptCounters, emailSignInCodes } from "../../db/schema.ts";
import { openInvitation } from "../../registration/unproven-registration-statements.ts";
import { type DeviceRecord, isDeviceStillKnown, type KnownDevice } from "../known-devices/device-token.ts";
import { type DeviceToCheck, deviceCreatedAt, deviceIsKnown } from "../known-devices/statements.ts";
import {
  firstFailure,
  lockoutOf,
  oneMoreFailure,
  releaseAttempt,
} from "../lockout/attempt-counter-statements.ts";
import { MAX_OTP_ATTEMPTS } from "../one-time-codes/one-time-code.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import { factorFacts } from "../second-factor/statements.ts";
import type { EmailCodeAttempt } from "./email-code.ts";
import type { CodeHolder } from "./rules.ts";
import { isOpenAttempt } from "./statements.ts";

/** The lockout keys of an address. */
export type CodeLockoutKeys = {
  readonly codes: string;
  readonly unknownDevices: string;
  readonly knownDevices: string;
};

export type CodeAttemptInput = EmailCodeAttempt & {
  readonly emailKey: string;
  readonly keys: CodeLockoutKeys;
  /** The device of a valid token for this address, which may be stale. */
  readonly device: KnownDevice | null;
  readonly now: number;
};

/** The account of the address, with what a sign-in depends on. */
export type CodeAccount = CodeHolder & DeviceRecord & { readonly factorFacts: FactorFacts };

/**
 * A counted attempt, before it is evaluated. `lockedUntil`: the instant at which the lockout ends that it started, if it
 * did. `refused`: the challenge is unknown, used or expired, or has no tries left.
 */
export type CodeAttemptCounted =
  | {
      readonly kind: "counted";
      readonly codeHash: string;
      /** The address as it was typed. */
      readonly email: string;
      readonly holder: CodeAccount | null;
      readonly lockedUntil: number;
    }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

/** Matches no device. */
const UNKNOWN_DEVICE: DeviceToCheck = { deviceId: null, knownSince: null, isListed: null };

const t = emailSignInCodes;

export type EmailCodeStore = ReturnType<typeof emailCodeStore>;

export function emailCodeStore(db: Database) {
  return {
    /**
     * Counts an attempt for the challenge and for the lockouts of the address, before it is evaluated, and reads what its
     * evaluation needs. The statements are the same for an address without an account.
     */
    async countAttempt(input: CodeAttemptInput): Promise<CodeAttemptCounted> {
      const { id, emailKey, keys, now } = input;
      const isKnown = deviceIsKnown(db, emailKey, input.device ?? UNKNOWN_DEVICE);
      const deviceKey = sql`CASE WHEN ${isKnown} THEN ${keys.knownDevices} ELSE ${keys.unknownDevices} END`;
      const isOpen = isOpenAttempt(input);
      const { rows, holders, lockouts } = await runBatch(db, {
        attempt: db
          .update(t)
          .set({ tries: sql`${t.tries} + 1`, attempt: input.attempt })
          .where(
            and(
              eq(t.id, id),
              isNull(t.consumedAt),
              gt(t.expiresAt, now),
              lt(t.tries, MAX_OTP_ATTEMPTS),
              notExists(lockoutOf(db, deviceKey, now)),
              or(isKnown, notExists(lockoutOf(db, keys.codes, now))),
            ),
          ),
        devices: countFailure(db, deviceKey, input, isOpen),
        codes: countFailure(db, sql`${keys.codes}`, input, and(isOpen, sql`NOT ${isKnown}`)),
        rows: db.select({ codeHash: t.codeHash, email: t.email }).from(t).where(isOpen),
        holders: selectHolder(db, input),
        lockouts: selectLockouts(db, input, { deviceKey, isKnown }),
      });
      const lockedUntil = Math.max(0, ...lockouts.map(({ until }) => until));
      const [row] = rows;
      if (row) return { kind: "counted", ...row, holder: toHolder(holders), lockedUntil };
      return lockedUntil > now ? { kind: "locked", until: lockedUntil } : { kind: "refused" };
    },

    /** Reads the account again, for a retry within an attempt that is counted already. */
    async findHolder(
      input: Pick<CodeAttemptInput, "emailKey" | "device" | "now">,
    ): Promise<CodeAccount | null> {
      return toHolder(await selectHolder(db, input));
    },

    /** Releases the attempt of a correct code that opens nothing, because the account is deactivated. */
    async release({ keys, device }: CodeAttemptInput, holder: CodeAccount | null): Promise<void> {
      const isKnown = device !== null && holder !== null && isDeviceStillKnown(device, holder);
      const counted = isKnown ? [keys.knownDevices] : [keys.unknownDevices, keys.codes];
      await runBatch(db, { released: counted.map((key) => releaseAttempt(db, key)) });
    },
  };
}

/** Counts the attempt as a failure. The batch that consumes a correct code clears the count. */
const countFailure = (
  db: Database,
  key: SQL,
  { emailKey, now }: Pick<CodeAttemptInput, "emailKey" | "now">,
  where: SQL | undefined,
) =>
  insertFrom(
    db,
    attemptCounters,
    firstFailure(key, sql`${accountIdOf(db, emailKey)}`, now),
    emailSignInCodes,
    where,
  ).onConflictDoUpdate({ target: attemptCounters.key, set: oneMoreFailure(now) });

const accountIdOf = (db: Database, emailKey: string) =>
  db.select({ id: accounts.id }).from(accounts).where(eq(accounts.emailKey, emailKey));

const selectHolder = (
  db: Database,
  { emailKey, device, now }: Pick<CodeAttemptInput, "emailKey" | "device" | "now">,
) =>
  db
    .select({
      id: accounts.id,
      ...accountColumns,
      factorFacts: factorFacts(db, device?.deviceId ?? null),
      devicesKnownSince: accounts.devicesKnownSince,
      deviceCreatedAt: deviceCreatedAt(db, device?.deviceId ?? null),
      isInvited: sql<number>`${exists(openInvitation(db, now))}`.as("is_invited"),
    })
    .from(accounts)
    .where(eq(accounts.emailKey, emailKey));

function toHolder([row]: Awaited<ReturnType<typeof selectHolder>>): CodeAccount | null {
  if (!row) return null;
  const { factorFacts: facts, devicesKnownSince, deviceCreatedAt: createdAt, isInvited, ...account } = row;
  return {
    account,
    factorFacts: facts,
    devicesKnownSince,
    deviceCreatedAt: createdAt,
    isInvited: isInvited === 1,
  };
}

/** The lockouts that this attempt is subject to. */
const selectLockouts = (
  db: Database,
  { keys }: CodeAttemptInput,
  { deviceKey, isKnown }: { readonly deviceKey: SQL; readonly isKnown: SQL },
) =>
  db
    .select({ until: attemptCounters.lockedUntil })
    .from(attemptCounters)
    .where(
      or(eq(attemptCounters.key, deviceKey), and(eq(attemptCounters.key, keys.codes), sql`NOT ${isKnown}`)),
    );
