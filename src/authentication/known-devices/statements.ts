import { and, desc, eq, exists, gt, gte, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import { compiled } from "../../db/compiled-statement.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accounts, knownDevices, sessions } from "../../db/schema.ts";
import type { NewSession } from "../../sessions/session.ts";
import { DEVICE_TOKEN_TTL_MS, type KnownDevice, type PresentedDevice } from "./device-token.ts";

const t = knownDevices;

/** Known devices of an account. A further one replaces the one that was not used for the longest time. */
export const MAX_KNOWN_DEVICES = 100;

/**
 * When the account last signed in on a device that it still remembers, as a column of a query over `accounts`: the end of
 * the index of its devices, one search. Null if it has no device.
 */
export const lastSignInAt = (db: Database) =>
  sql<number | null>`${db
    .select({ at: sql`max(${t.lastUsedAt})` })
    .from(t)
    .where(eq(t.accountId, accounts.id))}`.as("last_sign_in_at");

/** The same of one account, as a query. */
export const selectLastSignIn = (db: Database, accountId: string) =>
  db
    .select({ at: sql<number | null>`max(${t.lastUsedAt})` })
    .from(t)
    .where(eq(t.accountId, accountId));

/** `DeviceRecord.deviceCreatedAt`, as a column of a query over `accounts`. */
export const deviceCreatedAt = (db: Database, deviceId: string | null) =>
  sql<number | null>`${createdAtOf(db, deviceId)}`.as("device_created_at");

const createdAtOf = (db: Database, deviceId: string | null) =>
  db
    .select({ createdAt: t.createdAt })
    .from(t)
    .where(and(sql`${t.id} = ${deviceId}`, eq(t.accountId, accounts.id)));

export type DeviceToCheck = {
  readonly [Fact in "deviceId" | "knownSince" | "isListed"]: KnownDevice[Fact] | null;
};

/**
 * `isDeviceStillKnown` for the account with that email key, as a condition of another statement. False if the facts of
 * the device are null.
 */
export const deviceIsKnown = (
  db: Database,
  emailKey: string,
  { deviceId, knownSince, isListed }: DeviceToCheck,
): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(accounts)
      .where(
        and(
          eq(accounts.emailKey, emailKey),
          sql`${accounts.devicesKnownSince} <= ${knownSince}`,
          sql`(NOT ${isListed} OR ${createdAtOf(db, deviceId)} <= ${knownSince})`,
        ),
      ),
  );

/** `PresentedDevices.presentedDevices`, as a column of a query over `accounts`. */
export const presentedDevices = (db: Database, deviceIds: readonly string[]) =>
  sql`${db
    .select({
      all: sql`json_group_array(json_object('id', ${t.id}, 'createdAt', ${t.createdAt}, 'trustedUntil', ${t.trustedUntil}))`,
    })
    .from(t)
    .where(
      and(
        sql`${t.id} IN (SELECT value FROM json_each(${JSON.stringify(deviceIds)}))`,
        eq(t.accountId, accounts.id),
      ),
    )}`
    .mapWith((text: string): PresentedDevice[] => JSON.parse(text))
    .as("presented_devices");

type DeviceRow<AccountId> = {
  readonly id: string;
  readonly accountId: AccountId;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly now: number;
};

export const knownDeviceRow = <A extends string | SQL>({
  id,
  accountId,
  ip,
  userAgent,
  now,
}: DeviceRow<A>) => ({
  id,
  accountId,
  ip,
  userAgent,
  createdAt: now,
  lastUsedAt: now,
  expiresAt: now + DEVICE_TOKEN_TTL_MS,
  trustedUntil: null,
});

type RememberedDevice = {
  readonly mayBeNew: boolean;
  /** Until when it needs no second factor. Null leaves that as it is. */
  readonly trustedUntil?: number | null;
};

/**
 * Makes the device of a session known, in the batch that inserts the session. A device that may be new can replace
 * another one of the account.
 */
export function rememberDevice(
  db: Database,
  session: NewSession,
  { mayBeNew, trustedUntil = null }: RememberedDevice,
) {
  const { deviceId, accountId, createdAt: now, ip, userAgent } = session;
  const row = { ...knownDeviceRow({ id: deviceId, accountId, ip, userAgent, now }), trustedUntil };
  const stored = storeDevice(db, { ...row, sessionId: session.id });
  return mayBeNew ? [stored, deleteSurplusDevices(db, accountId)] : [stored];
}

const storeDevice = compiled((db, { sessionId, ...row }: typeof t.$inferSelect & { sessionId: string }) => {
  const { accountId, ip, userAgent, lastUsedAt, expiresAt, trustedUntil } = row;
  return insertFrom(db, t, row, sessions, eq(sessions.id, sessionId)).onConflictDoUpdate({
    target: t.id,
    set: {
      ip,
      userAgent,
      lastUsedAt,
      expiresAt,
      trustedUntil: sql`coalesce(${trustedUntil}, ${t.trustedUntil})`,
    },
    setWhere: eq(t.accountId, accountId),
  });
});

function deleteSurplusDevices(db: Database, accountId: string) {
  const surplus = db
    .select({ id: t.id })
    .from(t)
    .where(eq(t.accountId, accountId))
    .orderBy(desc(t.lastUsedAt), desc(t.id))
    .limit(MAX_KNOWN_DEVICES)
    .offset(MAX_KNOWN_DEVICES);
  return db.delete(t).where(inArray(t.id, surplus));
}

/** The devices of an account that are known at `now`: a condition on `known_devices` joined with `accounts`. */
export const isKnownAt = (accountId: string, now: number): SQL | undefined =>
  and(eq(t.accountId, accountId), gte(t.lastUsedAt, accounts.devicesKnownSince), gt(t.expiresAt, now));

/** Ends the trust in all devices of an account, if `where` holds. They stay known. */
export const endTrustOfDevices = (db: Database, accountId: string, where?: SQL) =>
  db
    .update(t)
    .set({ trustedUntil: null })
    .where(and(eq(t.accountId, accountId), isNotNull(t.trustedUntil), where));
