import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { LOCALES } from "../../core/locale.ts";
import { accounts } from "./accounts.ts";

/**
 * Factors that users have enabled. A kind without a row may still be required, such as the mailed code. A passkey can also
 * be the first factor.
 */
export const factors = sqliteTable(
  "factors",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    kind: text({ enum: ["email_otp", "sms_otp", "totp", "passkey"] }).notNull(),
    /** The user's name for it, if an account may have several factors of the kind. */
    label: text(),
    /** Sealed. Null for a kind without a shared secret. */
    secret: text(),
    /** The COSE key of a passkey, base64url. */
    publicKey: text("public_key"),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
    /** Whether a sign-in asks for it after the first factor. A passkey starts as a first factor only. */
    isSecondFactor: integer("is_second_factor", { mode: "boolean" }).notNull().default(true),
    /** TOTP: the latest time step (RFC 6238) whose code was accepted. Earlier steps and this one are refused. */
    lastStep: integer("last_step"),
    /** Passkey: the credential id (WebAuthn), base64url. Null for the other kinds, like the columns below. */
    credentialId: text("credential_id"),
    /** The signature counter that the authenticator reported last. A lower one is reported and does not refuse. */
    signCount: integer("sign_count"),
    /** A JSON array of transports (WebAuthn §5.8.4), which the browser uses to find the authenticator. */
    transports: text(),
    /** The model of the authenticator. All zeros if it does not tell. */
    aaguid: text(),
    /** Whether the credential can leave its device (backup eligible, WebAuthn §6.1.3). */
    isSynced: integer("is_synced", { mode: "boolean" }),
  },
  (table) => [
    index("factors_account").on(table.accountId, table.kind),
    // The kinds that an account has at most once.
    uniqueIndex("factors_single").on(table.accountId, table.kind).where(sql`kind = 'email_otp'`),
    uniqueIndex("factors_single_phone").on(table.accountId, table.kind).where(sql`kind = 'sms_otp'`),
    uniqueIndex("factors_credential").on(table.credentialId),
  ],
);

/** The recovery codes of an account. A new set deletes the earlier one. */
export const recoveryCodes = sqliteTable(
  "recovery_codes",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** Keyed hash of account and code. */
    codeHash: text("code_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Null: not used yet. */
    usedAt: integer("used_at"),
  },
  (table) => [uniqueIndex("recovery_codes_code").on(table.accountId, table.codeHash)],
);

/** WebAuthn challenges (registration and authentication ceremonies). Each is used once. */
export const webauthnChallenges = sqliteTable(
  "webauthn_challenges",
  {
    id: text().primaryKey(),
    /** 256 random bits, base64url. */
    challenge: text().notNull(),
    purpose: text({ enum: ["registration", "sign_in", "second_factor", "reauthentication"] }).notNull(),
    /** Null for a sign-in, whose account the assertion names. */
    accountId: text("account_id").references(() => accounts.id, { onDelete: "cascade" }),
    /** What asked for it: the session of a registration or reauthentication, the sign-in challenge of a second factor. Null for a sign-in. */
    subjectId: text("subject_id"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** The id of the use. Later statements of its batch refer to it. */
    claim: text(),
  },
  (table) => [
    index("webauthn_challenges_account").on(table.accountId),
    index("webauthn_challenges_expiry").on(table.expiresAt),
  ],
);

/**
 * Codes of sign-ins by email code. An address without an account gets a row as well; its code creates the account if
 * sign-up is open.
 */
export const emailSignInCodes = sqliteTable(
  "email_sign_in_codes",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    /** HMAC of id and code under a derived key. Empty until the code is mailed, after the response. */
    codeHash: text("code_hash").notNull(),
    /** Attempts that were counted against the current code. */
    tries: integer().notNull(),
    /** The id of the last counted attempt; later statements refer to it. */
    attempt: text(),
    /** The language of the request, for the account that the code may create. */
    locale: text({ enum: LOCALES }),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    consumedAt: integer("consumed_at"),
  },
  (table) => [
    index("email_sign_in_codes_email").on(table.emailKey),
    index("email_sign_in_codes_expiry").on(table.expiresAt),
  ],
);

/**
 * Removals of all factors of an account that an admin has requested. At `due_at` a job performs it. Until then the user can
 * cancel it, and the email address cannot change.
 */
export const factorRemovals = sqliteTable(
  "factor_removals",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** The account of the admin. Null: the command line. */
    requestedBy: text("requested_by"),
    createdAt: integer("created_at").notNull(),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [
    uniqueIndex("factor_removals_account").on(table.accountId),
    index("factor_removals_due").on(table.dueAt),
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
    /** `sessions.is_persistent` of the session that a correct answer opens. */
    isPersistent: integer("is_persistent", { mode: "boolean" }).notNull().default(true),
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
    /** Until then a sign-in on this device needs no second factor, by the user's choice. Null: it does. */
    trustedUntil: integer("trusted_until"),
  },
  (table) => [
    index("known_devices_account").on(table.accountId, table.lastUsedAt),
    index("known_devices_expiry").on(table.expiresAt),
  ],
);
