import { isNotNull, sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { LOCALES } from "../core/locale.ts";

// Instants are integers: milliseconds since the epoch. Ids are UUIDs, hashes base64url.
// A row that an account owns refers to it by a cascading foreign key, so that deleting the account deletes the row.

/** User accounts. `email_key` and `username_key` are the folded forms; they decide uniqueness. */
export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    /** When the address began to allow signing in: verified, or (`email_implied`) only implied by a provider. */
    emailVerifiedAt: integer("email_verified_at"),
    /** A provider only implied the address (`EmailTrust`): the account may sign in, but its address is not verified. */
    emailImplied: integer("email_implied", { mode: "boolean" }).notNull().default(false),
    name: text().notNull(),
    lastName: text("last_name"),
    username: text(),
    usernameKey: text("username_key"),
    age: integer(),
    /** E.164. */
    phone: text(),
    phoneVerifiedAt: integer("phone_verified_at"),
    /** The R2 key of the current picture. */
    avatarKey: text("avatar_key"),
    passwordHash: text("password_hash"),
    /**
     * Replaced by `factors`: no code reads or changes it. Triggers keep it equal to the factor `email_otp` for the
     * previous release. The migration of the next release drops column and triggers.
     */
    loginOtp: integer("login_otp", { mode: "boolean" }).notNull().default(false),
    /** The language of messages. Null means the default. */
    locale: text({ enum: LOCALES }),
    /** Devices that became known before this instant count as unknown. */
    devicesKnownSince: integer("devices_known_since").notNull().default(0),
    /** Later sign-ins of unknown devices are notified. Null until the first sign-in. */
    firstSignedInAt: integer("first_signed_in_at"),
    role: text({ enum: ["user", "admin", "superuser"] }).notNull(),
    status: text({ enum: ["active", "deactivated"] }).notNull(),
    /** When an admin first invited the user. A trigger of migration 0015 sets it with the first `invite` token. */
    invitedAt: integer("invited_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("accounts_email_key").on(table.emailKey),
    // Finds the unverified registrations to delete.
    index("accounts_unverified").on(table.createdAt).where(sql`email_verified_at IS NULL`),
    uniqueIndex("accounts_username_key").on(table.usernameKey),
    // Finds the other superusers without a full scan.
    index("accounts_superusers").on(table.status).where(sql`role = 'superuser'`),
  ],
);

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

/** Email tokens, by hash. `claim` is the id of the successful use; later statements of its batch refer to it. */
export const emailTokens = sqliteTable(
  "email_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    purpose: text({ enum: ["verify_email", "change_email", "reset_password", "invite"] }).notNull(),
    /** The address that received the link and that the link is valid for. */
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    consumedAt: integer("consumed_at"),
    claim: text(),
  },
  (table) => [
    index("email_tokens_account").on(table.accountId, table.purpose),
    index("email_tokens_expiry").on(table.expiresAt),
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
    /** The client and the audience of the session that a correct code of `login` opens. Null in rows of the previous release. */
    clientId: text("client_id"),
    audience: text(),
    /** `claim` of the authorization code that was the first factor; null for another first factor. */
    codeClaim: text("code_claim"),
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

/**
 * Costly requests by client network: an exact limit, counted in the batch of the request. `key` is an HMAC of the
 * policy and the network.
 */
export const clientCounters = sqliteTable(
  "client_counters",
  {
    key: text().primaryKey(),
    /** Requests of the window, refused ones included. */
    requests: integer().notNull(),
    /** The end of the window, which starts with its first request. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("client_counters_expiry").on(table.expiresAt)],
);

/**
 * Requests whose effect depends on the account of an address, such as a password reset. The request writes this row for
 * every address alike. The service performs it after the response and deletes the row in the same batch.
 */
export const queuedRequests = sqliteTable(
  "queued_requests",
  {
    id: text().primaryKey(),
    /** HMAC of the address of a registration; null for the other kinds. */
    target: text(),
    /** The password hash of a registration. A repeated registration of the address uses its salt. */
    passwordHash: text("password_hash"),
    /** The request, encrypted. */
    sealed: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("queued_requests_created").on(table.createdAt),
    index("queued_requests_target").on(table.target, table.createdAt),
  ],
);

/** Messages by channel and hour, over all recipients. They limit the cost of an attack. */
export const sendCounters = sqliteTable("send_counters", {
  /** Channel and hour, such as `email/489251`. */
  bucket: text().primaryKey(),
  sends: integer().notNull(),
});

/** Proofs of passed captchas, by hash. Using a proof deletes its row. */
export const captchaProofs = sqliteTable(
  "captcha_proofs",
  {
    proofHash: text("proof_hash").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("captcha_proofs_expiry").on(table.expiresAt)],
);

/** One sign-in on one device. `generation` is that of the current refresh token. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    generation: integer().notNull(),
    /** Authentication methods references (RFC 8176), space-separated. */
    amr: text().notNull(),
    ip: text(),
    userAgent: text("user_agent"),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
    rotatedAt: integer("rotated_at").notNull(),
    idleExpiresAt: integer("idle_expires_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** The session of the pages that created this session of an app. Ending it ends this one. */
    parentId: text("parent_id"),
    /** The origin of the app. */
    appOrigin: text("app_origin"),
    /**
     * The instant of the last authentication; for a session of an app, that of its parent. Null only in rows that
     * a Worker from before migration 0011 wrote after it; then `created_at` counts.
     */
    authTime: integer("auth_time"),
    /** The client that the session belongs to: `gatehouse`, or the origin of an app. */
    clientId: text("client_id").notNull().default("gatehouse"),
    /** The audience that the first tokens were issued for. Null in sessions from before migration 0011. */
    audience: text(),
    /**
     * False in rows that a Worker from before migration 0012 wrote: it stored `gatehouse` as the client of a session
     * that an app had opened with the code of an identity.
     */
    clientRecorded: integer("client_recorded", { mode: "boolean" }).notNull().default(false),
    /** Generations between the last one that was presented and the current one. Their tokens are void. */
    voidedGenerations: integer("voided_generations").notNull().default(0),
    /** `claim` of the authorization code that opened the session; null for any other session. */
    codeClaim: text("code_claim"),
    /** The `known_devices` row of the device that signed in. Null in child sessions and from before migration 0014. */
    deviceId: text("device_id"),
    /** The last reauthentication within this session. */
    reauthenticatedAt: integer("reauthenticated_at"),
  },
  (table) => [
    index("sessions_account").on(table.accountId, table.revokedAt),
    index("sessions_parent").on(table.parentId).where(isNotNull(table.parentId)),
    index("sessions_code_claim").on(table.codeClaim).where(isNotNull(table.codeClaim)),
    index("sessions_expiry").on(table.expiresAt),
  ],
);

/** Linked identities at social login providers. An account has at most one per provider. */
export const identities = sqliteTable(
  "identities",
  {
    /** Later statements of the inserting batch refer to it. */
    id: text().primaryKey(),
    provider: text().notNull(),
    subject: text().notNull(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** The address that the provider had verified at linking; null if it had not. A password reset removes identities with another address. */
    email: text(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
  },
  (table) => [
    uniqueIndex("identities_subject").on(table.provider, table.subject),
    uniqueIndex("identities_account").on(table.accountId, table.provider),
  ],
);

/**
 * ID tokens of providers that have opened a sign-in or a link, by the SHA-256 of their signed part. `claim` is the id
 * of the use that wrote the row; later statements of its batch refer to it.
 */
export const usedIdTokens = sqliteTable(
  "used_id_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    claim: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("used_id_tokens_expiry").on(table.expiresAt)],
);

/** OAuth transactions at a provider. The callback deletes the row. */
export const oauthTransactions = sqliteTable(
  "oauth_transactions",
  {
    stateHash: text("state_hash").primaryKey(),
    provider: text().notNull(),
    /** Hash of the cookie of the browser that started the transaction. */
    bindingHash: text("binding_hash").notNull(),
    /** The session that started it, if the identity is to be linked to its account. */
    sessionId: text("session_id"),
    returnTo: text("return_to").notNull(),
    /** PKCE S256 challenge of an app on another origin, for its authorization code. */
    codeChallenge: text("code_challenge"),
    /** The root secret that derives the PKCE verifier and the nonce from the state. */
    rootId: text("root_id").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("oauth_transactions_expiry").on(table.expiresAt)],
);

/** Authorization codes for apps on other origins, by hash. `claim` is the id of the successful exchange. */
export const authorizationCodes = sqliteTable(
  "authorization_codes",
  {
    codeHash: text("code_hash").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** The provider that authenticated the user. Null if the code belongs to `session_id`. */
    provider: text(),
    /** The session of the pages that the code was issued to. The code ends with it. */
    sessionId: text("session_id"),
    /** The origin that received the code. */
    origin: text().notNull(),
    codeChallenge: text("code_challenge"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    claim: text(),
  },
  (table) => [
    index("authorization_codes_account").on(table.accountId),
    index("authorization_codes_expiry").on(table.expiresAt),
  ],
);

/** Key pairs of the access tokens. `sealed_by` is the root secret that unseals the private key. */
export const signingKeys = sqliteTable(
  "signing_keys",
  {
    kid: text().primaryKey(),
    publicJwk: text("public_jwk").notNull(),
    sealedPrivateJwk: text("sealed_private_jwk").notNull(),
    sealedBy: text("sealed_by").notNull(),
    createdAt: integer("created_at").notNull(),
    signsFrom: integer("signs_from").notNull(),
    signsUntil: integer("signs_until").notNull(),
  },
  (table) => [index("signing_keys_signs_from").on(table.signsFrom)],
);

/** Outgoing email and SMS. Sent and dead rows keep no content, only metadata for caps and admins. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    kind: text().notNull(),
    channel: text({ enum: ["email", "sms"] })
      .notNull()
      .default("email"),
    /** HMAC of a recipient that is not the account's own address. */
    target: text(),
    /** The limits that it counts towards: those of requests by anyone, or those of an admin's requests. */
    budget: text({ enum: ["requested", "admin"] })
      .notNull()
      .default("requested"),
    sealed: text().notNull(),
    state: text({ enum: ["queued", "sent", "dead"] }).notNull(),
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the next attempt is due. A worker that takes the message moves it forward, so no other worker takes it. */
    dueAt: integer("due_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** The reason of the last failed attempt: a short token, never a provider's text. */
    lastFailure: text("last_failure"),
  },
  (table) => [
    index("outbox_due").on(table.state, table.dueAt),
    index("outbox_account").on(table.accountId, table.kind, table.createdAt),
    index("outbox_target").on(table.target, table.kind, table.createdAt),
    index("outbox_created").on(table.createdAt),
  ],
);

/** The audit log. Each event is written in the batch of the change that it records. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    at: integer().notNull(),
    /** The affected account. Not a foreign key: the event outlives the account. */
    accountId: text("account_id").notNull(),
    /** The acting account, if known. */
    actorId: text("actor_id"),
    ip: text(),
    /** Set for an event that counts equal events: the start of the window. The details have the count. */
    windowStart: integer("window_start"),
    details: text({ mode: "json" }).$type<Record<string, string | number | boolean>>().notNull(),
  },
  (table) => [
    // The id makes the order total, so pages neither repeat nor skip events.
    index("audit_events_at").on(table.at, table.id),
    index("audit_events_account").on(table.accountId, table.at, table.id),
    index("audit_events_type").on(table.type, table.at, table.id),
    uniqueIndex("audit_events_window")
      .on(table.accountId, table.type, table.windowStart)
      .where(isNotNull(table.windowStart)),
    // The events of an actor on other accounts, whose IP address the deletion of the actor removes.
    index("audit_events_actor").on(table.actorId).where(sql`actor_id <> account_id`),
  ],
);

/**
 * Unused pictures in R2: replaced, of a deleted account, or of an interrupted upload. The row is
 * inserted before the object and deleted after it, so no object is orphaned.
 */
export const discardedAvatars = sqliteTable(
  "discarded_avatars",
  {
    key: text().primaryKey(),
    /** When the object may be deleted. The delay lets a running upload finish. */
    dueAt: integer("due_at").notNull(),
  },
  (table) => [index("discarded_avatars_due").on(table.dueAt)],
);

/**
 * Ended sessions that are not yet in the revocation list in KV. A trigger of the migrations inserts the
 * row together with the end, so an aborted request loses none. At `expiresAt` the session's last token
 * has expired.
 */
export const pendingRevocations = sqliteTable(
  "pending_revocations",
  {
    sessionId: text("session_id").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("pending_revocations_expires").on(table.expiresAt)],
);

/** Messages of the development mailbox. Empty and unused in production. */
export const mailboxMessages = sqliteTable(
  "mailbox_messages",
  {
    id: text().primaryKey(),
    channel: text({ enum: ["email", "sms"] }).notNull(),
    to: text("recipient").notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    html: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("mailbox_messages_created").on(table.createdAt),
    index("mailbox_messages_recipient").on(table.to, table.createdAt),
  ],
);
