import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

/** Second factors that users have enabled. A kind without a row may still be required, such as the mailed code. */
export const factors = sqliteTable(
  "factors",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    kind: text({ enum: ["email_otp"] }).notNull(),
    /** The user's name for it, if an account may have several factors of the kind. */
    label: text(),
    /** Sealed. Null for a kind without a shared secret. */
    secret: text(),
    publicKey: text("public_key"),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    index("factors_account").on(table.accountId, table.kind),
    // The kinds that an account has at most once.
    uniqueIndex("factors_single").on(table.accountId, table.kind).where(sql`kind = 'email_otp'`),
  ],
);

/** One-time codes: at most one live code per account and purpose. */
export const oneTimeCodes = sqliteTable(
  "one_time_codes",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    purpose: text({ enum: ["login", "phone", "reauthentication"] }).notNull(),
    /** The number that a `phone` code verifies. Null for the others. */
    phone: text(),
    /** The authentication methods of the first factor (RFC 8176), for the session that a correct code creates. */
    amr: text().notNull().default("pwd"),
    /** The kind of second factor that a `login` challenge asks for. Empty for the others. */
    factorKind: text("factor_kind").notNull().default("email_otp"),
    /** HMAC of id and code under a derived key. Empty for a factor without a code that the service creates. */
    codeHash: text("code_hash").notNull(),
    /** Attempts that were counted against the current code. */
    tries: integer().notNull(),
    /** The id of the last counted attempt; later statements refer to it. */
    attempt: text(),
    /** The `attempt_counters` key that wrong codes count for. */
    lockoutKey: text("lock_key").notNull(),
    newDevice: integer("new_device", { mode: "boolean" }).notNull(),
    /** The `known_devices` row of the device that passed the first factor. */
    deviceId: text("device_id"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** When the correct code was presented. */
    consumedAt: integer("consumed_at"),
  },
  (table) => [
    index("one_time_codes_account").on(table.accountId, table.purpose),
    index("one_time_codes_expiry").on(table.expiresAt),
  ],
);

/**
 * Failed attempts by lockout key: an HMAC of the lockout's kind and of an email key or account id. An
 * address without an account is locked like any other.
 */
export const attemptCounters = sqliteTable(
  "attempt_counters",
  {
    key: text().primaryKey(),
    failures: integer().notNull(),
    lockedUntil: integer("locked_until").notNull(),
    /** Lockouts so far. Each makes the next one longer. */
    lockouts: integer().notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** The account of the target at the last attempt, if it has one. The row is then kept until a success. */
    accountId: text("account_id").references(() => accounts.id, { onDelete: "cascade" }),
    /** Failures since the last success. Unlike `failures`, no time resets them. */
    consecutiveFailures: integer("consecutive_failures").notNull().default(0),
  },
  (table) => [
    index("attempt_counters_updated").on(table.updatedAt),
    // Without a condition: an attempt writes as many rows for an address without an account.
    index("attempt_counters_account").on(table.accountId),
  ],
);

/**
 * Devices on which an account has signed in. A device token is valid only while its row exists. Rows that became known
 * before `accounts.devices_known_since` count as unknown.
 */
export const knownDevices = sqliteTable(
  "known_devices",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** Of the last sign-in. */
    ip: text(),
    userAgent: text("user_agent"),
    createdAt: integer("created_at").notNull(),
    /** The last sign-in. */
    lastUsedAt: integer("last_used_at").notNull(),
    /** When its token expires. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    index("known_devices_account").on(table.accountId, table.lastUsedAt),
    index("known_devices_expiry").on(table.expiresAt),
  ],
);
