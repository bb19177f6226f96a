import { isNotNull } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

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
    /**
     * The browser session that authorized this session of an OAuth client. Ending it ends this one. Null for a session
     * that outlives the browser session (`offline_access`), and for this service's own sessions.
     */
    parentId: text("parent_id"),
    /** The instant of the last authentication; for an OAuth client's session, that of the browser session. */
    authTime: integer("auth_time"),
    /** The client that the session belongs to: `gatehouse`, or the id of an OAuth client. */
    clientId: text("client_id").notNull().default("gatehouse"),
    /** The audience of its tokens. Null for an OAuth client's session without a resource. */
    audience: text(),
    /** Generations between the last one that was presented and the current one. Their tokens are void. */
    voidedGenerations: integer("voided_generations").notNull().default(0),
    /** `claim` of the authorization code or the device request that opened the session; null for any other session. */
    codeClaim: text("code_claim"),
    /** The `known_devices` row of the device that signed in. Null in an OAuth client's session. */
    deviceId: text("device_id"),
    /**
     * The consent (`oauth_grants`) that an OAuth client's session belongs to. Null for this service's own sessions. Not a
     * foreign key: ending the grant ends the session, and its row stays until it expires.
     */
    grantId: text("grant_id"),
    /** The scopes of an OAuth client's session, space-separated. Null for this service's own sessions. */
    scope: text(),
    /** The last reauthentication within this session. 0 (`NOT_CONFIRMED`): a factor is due before a sensitive change. */
    reauthenticatedAt: integer("reauthenticated_at"),
    /**
     * `enrol_second_factor`: the policy requires a second factor that the account does not have, so the session is
     * good for the enrolment only.
     */
    restriction: text({ enum: ["enrol_second_factor"] }),
    /** Whether the device was known before this sign-in. */
    isKnownDevice: integer("is_known_device", { mode: "boolean" }).notNull().default(false),
    /** False if the user did not choose to stay signed in: the cookies end with the browser session. */
    isPersistent: integer("is_persistent", { mode: "boolean" }).notNull().default(true),
  },
  (table) => [
    index("sessions_account").on(table.accountId, table.revokedAt),
    index("sessions_parent").on(table.parentId).where(isNotNull(table.parentId)),
    index("sessions_code_claim").on(table.codeClaim).where(isNotNull(table.codeClaim)),
    index("sessions_grant").on(table.grantId).where(isNotNull(table.grantId)),
    index("sessions_expiry").on(table.expiresAt),
  ],
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

/** Key pairs of the tokens. `sealed_by` is the root secret that unseals the private key. */
export const signingKeys = sqliteTable(
  "signing_keys",
  {
    kid: text().primaryKey(),
    /** RS256 signs ID tokens, ES256 access tokens, and ID tokens of the clients that ask for it. */
    alg: text({ enum: ["ES256", "RS256"] })
      .notNull()
      .default("ES256"),
    publicJwk: text("public_jwk").notNull(),
    sealedPrivateJwk: text("sealed_private_jwk").notNull(),
    sealedBy: text("sealed_by").notNull(),
    createdAt: integer("created_at").notNull(),
    signsFrom: integer("signs_from").notNull(),
    signsUntil: integer("signs_until").notNull(),
  },
  (table) => [index("signing_keys_signs_from").on(table.signsFrom)],
);
