import { isNotNull, sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { LOCALES } from "../core/locale.ts";

// Instants are integers: milliseconds since the epoch. Ids are UUIDs, hashes base64url.

/** People. `email_key` and `username_key` are the folded forms that uniqueness is decided on. */
export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    emailVerifiedAt: integer("email_verified_at"),
    name: text().notNull(),
    lastName: text("last_name"),
    username: text(),
    usernameKey: text("username_key"),
    age: integer(),
    /** E.164. */
    phone: text(),
    phoneVerifiedAt: integer("phone_verified_at"),
    /** The object in R2 that is the picture now. */
    avatarKey: text("avatar_key"),
    passwordHash: text("password_hash"),
    /** The person's own choice of the mailed second step. */
    loginOtp: integer("login_otp", { mode: "boolean" }).notNull().default(false),
    /** What they are written to in; null is the default. */
    locale: text({ enum: LOCALES }),
    /** Devices that became known before this instant are strangers. */
    devicesKnownSince: integer("devices_known_since").notNull().default(0),
    role: text({ enum: ["user", "admin", "superuser"] }).notNull(),
    status: text({ enum: ["active", "deactivated"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("accounts_email_key").on(table.emailKey),
    uniqueIndex("accounts_username_key").on(table.usernameKey),
    // Finds the other superusers without reading everybody.
    index("accounts_superusers").on(table.status).where(sql`role = 'superuser'`),
  ],
);

/** Mailed tokens, by hash. `claim` is the consumption that won: later statements of its batch name it. */
export const emailTokens = sqliteTable(
  "email_tokens",
  {
    tokenHash: text("token_hash").primaryKey(),
    accountId: text("account_id").notNull(),
    purpose: text({ enum: ["verify_email", "change_email", "reset_password", "invite"] }).notNull(),
    /** The address that the link was mailed to, and is good for. */
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

/** One-time codes, one live one per account and purpose. */
export const oneTimeCodes = sqliteTable(
  "one_time_codes",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    purpose: text({ enum: ["login", "phone"] }).notNull(),
    /** The number that a phone's code proves; null for a login. */
    phone: text(),
    /** How the step before it went, for the session that a right answer opens. */
    amr: text().notNull().default("pwd"),
    /** HMAC of challenge id and code under a derived key. */
    codeHash: text("code_hash").notNull(),
    /** Answers that were evaluated against the present code. */
    tries: integer().notNull(),
    /** The answer that was evaluated last: later statements of its batch name it. */
    attempt: text(),
    /** Which lock its wrong answers count for. */
    lockoutKey: text("lock_key").notNull(),
    newDevice: integer("new_device", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** When a right answer came. */
    consumedAt: integer("consumed_at"),
  },
  (table) => [
    index("one_time_codes_account").on(table.accountId, table.purpose),
    index("one_time_codes_expiry").on(table.expiresAt),
  ],
);

/**
 * Failed attempts by target, which is an HMAC of the canonical address (and of the device, for a
 * known one), so that an address without an account locks like any other and the row names nobody.
 */
export const attemptCounters = sqliteTable(
  "attempt_counters",
  {
    key: text().primaryKey(),
    failures: integer().notNull(),
    lockedUntil: integer("locked_until").notNull(),
    /** Locks so far: each makes the next one longer. */
    lockouts: integer().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("attempt_counters_updated").on(table.updatedAt)],
);

/** Sends by hour, whoever they were to: the cap on what an attack can cost. */
export const sendCounters = sqliteTable("send_counters", {
  /** Channel and hour, such as `email/489251`. */
  bucket: text().primaryKey(),
  sends: integer().notNull(),
});

/** Captchas that were passed, by the hash of the proof; a row goes when its proof is used. */
export const captchaProofs = sqliteTable(
  "captcha_proofs",
  {
    proofHash: text("proof_hash").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("captcha_proofs_expiry").on(table.expiresAt)],
);

/** One sign-in on one device. `generation` names the refresh token that is good now. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    generation: integer().notNull(),
    /** How the person proved who they are (RFC 8176), space-separated. */
    amr: text().notNull(),
    ip: text(),
    userAgent: text("user_agent"),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
    rotatedAt: integer("rotated_at").notNull(),
    idleExpiresAt: integer("idle_expires_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** The session of the pages that an app's was opened by, and ends with. */
    parentId: text("parent_id"),
    /** The origin of that app. */
    appOrigin: text("app_origin"),
  },
  (table) => [
    index("sessions_account").on(table.accountId, table.revokedAt),
    index("sessions_parent").on(table.parentId).where(isNotNull(table.parentId)),
    index("sessions_expiry").on(table.expiresAt),
  ],
);

/** Who is who at the providers of social sign-in. An account has one identity of each at most. */
export const identities = sqliteTable(
  "identities",
  {
    /** Made with the row: later statements of its batch name it. */
    id: text().primaryKey(),
    provider: text().notNull(),
    subject: text().notNull(),
    accountId: text("account_id").notNull(),
    /** The provider's address for it when it was linked. Shown to its owner, and asked for nothing. */
    email: text(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
  },
  (table) => [
    uniqueIndex("identities_subject").on(table.provider, table.subject),
    uniqueIndex("identities_account").on(table.accountId, table.provider),
  ],
);

/** Sign-ins that were sent to a provider; a row goes when its callback comes. */
export const oauthTransactions = sqliteTable(
  "oauth_transactions",
  {
    stateHash: text("state_hash").primaryKey(),
    provider: text().notNull(),
    /** Hash of the cookie of the browser that started it. */
    bindingHash: text("binding_hash").notNull(),
    /** The session that started it, whose account is to have the identity. */
    sessionId: text("session_id"),
    returnTo: text("return_to").notNull(),
    /** S256 of the secret with which an app on another origin exchanges its code. */
    codeChallenge: text("code_challenge"),
    /** The root secret under which the PKCE verifier and the nonce are made from the state. */
    rootId: text("root_id").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("oauth_transactions_expiry").on(table.expiresAt)],
);

/** Codes that apps on other origins exchange for tokens, by hash. `claim` is the exchange that won. */
export const authorizationCodes = sqliteTable(
  "authorization_codes",
  {
    codeHash: text("code_hash").primaryKey(),
    accountId: text("account_id").notNull(),
    /** Whose word it was given for; null where `session_id` is what it goes with. */
    provider: text(),
    /** The session of the pages that it was given to, and dies with. */
    sessionId: text("session_id"),
    /** The origin that the code was sent to. */
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

/** Key pairs of the access tokens. `sealed_by` is the root secret that opens the private half. */
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

/** Mail and texts on their way. Rows that were sent or given up keep no content, only what a count or an admin needs. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    kind: text().notNull(),
    channel: text({ enum: ["email", "sms"] })
      .notNull()
      .default("email"),
    /** HMAC of a recipient that is not the account's own address. */
    target: text(),
    sealed: text().notNull(),
    state: text({ enum: ["queued", "sent", "dead"] }).notNull(),
    attempts: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the next attempt is due; pushed ahead by whoever takes the mail, so that nobody else does. */
    dueAt: integer("due_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Why the last attempt failed: a short token, never a provider's text. */
    lastFailure: text("last_failure"),
  },
  (table) => [
    index("outbox_due").on(table.state, table.dueAt),
    index("outbox_account").on(table.accountId, table.kind, table.createdAt),
    index("outbox_target").on(table.target, table.kind, table.createdAt),
    index("outbox_created").on(table.createdAt),
  ],
);

/** What happened, for admins. Written in the batch of the change that it speaks of. */
export const auditEvents = sqliteTable(
  "audit_events",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    at: integer().notNull(),
    /** Whom it happened to. */
    accountId: text("account_id").notNull(),
    /** Who did it, where that is known. */
    actorId: text("actor_id"),
    ip: text(),
    details: text({ mode: "json" }).$type<Record<string, string | number | boolean>>().notNull(),
  },
  (table) => [
    // The id makes the order whole, for pages that neither repeat nor skip.
    index("audit_events_at").on(table.at, table.id),
    index("audit_events_account").on(table.accountId, table.at, table.id),
    index("audit_events_type").on(table.type, table.at, table.id),
  ],
);

/**
 * Pictures in R2 that nobody shows: replaced, of a deleted account, or uploaded by a request that was
 * cut off. A row is there before its object is, and goes after it, so that no object is left behind.
 */
export const discardedAvatars = sqliteTable(
  "discarded_avatars",
  {
    key: text().primaryKey(),
    /** When it may be deleted: an upload under way has a while to come to its end. */
    dueAt: integer("due_at").notNull(),
  },
  (table) => [index("discarded_avatars_due").on(table.dueAt)],
);

/**
 * Sessions whose end KV has not yet heard of. A trigger of the migrations writes them down with the end itself, so
 * that none is forgotten, whatever becomes of the request; the last token of each has run out at `expiresAt`.
 */
export const pendingRevocations = sqliteTable(
  "pending_revocations",
  {
    sessionId: text("session_id").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("pending_revocations_expires").on(table.expiresAt)],
);

/** Mail and texts of a development machine. Empty in production, where nothing writes or reads it. */
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
