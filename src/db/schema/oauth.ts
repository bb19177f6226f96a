import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

/** A JSON array of text. */
const list = (name: string) => text(name, { mode: "json" }).$type<readonly string[]>().notNull();

/** Registered OAuth clients (RFC 6749 §2). The id is never equal to the id of an account. */
export const oauthClients = sqliteTable(
  "oauth_clients",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    logoUri: text("logo_uri"),
    /** The home page of the client. */
    clientUri: text("client_uri"),
    type: text({ enum: ["confidential", "public"] }).notNull(),
    /** `token_endpoint_auth_method` (RFC 7591 §2). */
    authMethod: text("auth_method", {
      enum: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
    }).notNull(),
    /** The JWK Set (RFC 7517) of `private_key_jwt`, as JSON. Either this or `jwks_uri` is set. */
    jwks: text(),
    jwksUri: text("jwks_uri"),
    redirectUris: list("redirect_uris"),
    postLogoutRedirectUris: list("post_logout_redirect_uris"),
    grantTypes: list("grant_types"),
    /** The URIs of the resources (RFC 8707) that the client may request tokens for. */
    resources: list("resources"),
    /** The scopes that the client may request, those of OpenID Connect included. */
    scopes: list("scopes"),
    /** An app of the operator's own team: no consent page for redirects to https URLs. */
    isFirstParty: integer("is_first_party", { mode: "boolean" }).notNull().default(false),
    /** RFC 9126 §6: the client must push its authorization requests. */
    requiresPushedRequests: integer("requires_pushed_requests", { mode: "boolean" }).notNull().default(false),
    idTokenAlg: text("id_token_alg", { enum: ["RS256", "ES256"] })
      .notNull()
      .default("RS256"),
    /** Seconds. Null: the lifetime of the service's configuration. */
    accessTokenTtl: integer("access_token_ttl"),
    refreshIdleTtl: integer("refresh_idle_ttl"),
    refreshMaxTtl: integer("refresh_max_ttl"),
    /** Seconds after a rotation in which the previous refresh token returns its successor. Null: REFRESH_GRACE_SECONDS. */
    refreshGraceSeconds: integer("refresh_grace_seconds"),
    /** False for a confidential client whose refresh tokens stay the same. */
    rotatesRefreshTokens: integer("rotates_refresh_tokens", { mode: "boolean" }).notNull().default(true),
    /** OpenID Connect Back-Channel Logout. */
    backchannelLogoutUri: text("backchannel_logout_uri"),
    /** Who registered the client: an admin, the configuration file, dynamic registration or a metadata document. */
    source: text({ enum: ["admin", "configuration", "registration", "metadata"] }).notNull(),
    /** When a client of a metadata document must be read again. Null for the others. */
    metadataExpiresAt: integer("metadata_expires_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** When the client last got a token. Null: never. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    index("oauth_clients_created").on(table.createdAt, table.id),
    // Finds the unused dynamic registrations to delete.
    index("oauth_clients_unused").on(table.createdAt).where(sql`last_used_at IS NULL`),
  ],
);

/** Client secrets, by SHA-256. Two of a client may overlap for a rotation. */
export const oauthClientSecrets = sqliteTable(
  "oauth_client_secrets",
  {
    id: text().primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    secretHash: text("secret_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Null: until it is deleted. */
    expiresAt: integer("expires_at"),
  },
  (table) => [index("oauth_client_secrets_client").on(table.clientId)],
);

/** Client assertions that were used (RFC 7523 §3). A second use finds the row. */
export const oauthClientAssertions = sqliteTable(
  "oauth_client_assertions",
  {
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    /** SHA-256 of the `jti`. */
    jtiHash: text("jti_hash").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.clientId, table.jtiHash] }),
    index("oauth_client_assertions_expiry").on(table.expiresAt),
  ],
);

/** The consent of a user: what a client may do, by resource and by the host that receives the codes. */
export const oauthGrants = sqliteTable(
  "oauth_grants",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    /** The URI of the resource. Empty: no resource, only the claims of OpenID Connect. */
    resource: text().notNull(),
    /** Space-separated, sorted. */
    scope: text().notNull(),
    /** The host of the redirect URI. Empty for the device flow. */
    redirectHost: text("redirect_host").notNull(),
    createdAt: integer("created_at").notNull(),
    /** The last consent. */
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    uniqueIndex("oauth_grants_consent").on(
      table.accountId,
      table.clientId,
      table.resource,
      table.redirectHost,
    ),
    index("oauth_grants_client").on(table.clientId),
  ],
);

/** Authorization codes, by SHA-256. `claim` is the id of the successful redemption (see `sessions.code_claim`). */
export const oauthAuthorizationCodes = sqliteTable(
  "oauth_authorization_codes",
  {
    codeHash: text("code_hash").primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    grantId: text("grant_id")
      .notNull()
      .references(() => oauthGrants.id, { onDelete: "cascade" }),
    /** The browser session that authorized. The code is invalid once it has ended. */
    sessionId: text("session_id").notNull(),
    redirectUri: text("redirect_uri").notNull(),
    /** The S256 code challenge (RFC 7636 §4.2). */
    codeChallenge: text("code_challenge").notNull(),
    /** Empty: no resource. */
    resource: text().notNull(),
    /** Space-separated. */
    scope: text().notNull(),
    nonce: text(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    claim: text(),
  },
  (table) => [
    index("oauth_authorization_codes_account").on(table.accountId),
    index("oauth_authorization_codes_client").on(table.clientId),
    index("oauth_authorization_codes_grant").on(table.grantId),
    index("oauth_authorization_codes_expiry").on(table.expiresAt),
  ],
);

/** Pushed authorization requests (RFC 9126), by SHA-256 of the last part of `request_uri`. */
export const oauthPushedRequests = sqliteTable(
  "oauth_pushed_requests",
  {
    requestHash: text("request_hash").primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    /** The parameters, form-encoded. */
    parameters: text().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    index("oauth_pushed_requests_client").on(table.clientId),
    index("oauth_pushed_requests_expiry").on(table.expiresAt),
  ],
);

/** Requests of the device flow (RFC 8628), by SHA-256 of the device code. */
export const oauthDeviceRequests = sqliteTable(
  "oauth_device_requests",
  {
    deviceCodeHash: text("device_code_hash").primaryKey(),
    /** HMAC of the user code, which is short. */
    userCodeHash: text("user_code_hash").notNull(),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    resource: text().notNull(),
    scope: text().notNull(),
    state: text({ enum: ["pending", "approved", "denied"] }).notNull(),
    /** Who decided, and in which browser session. Null while pending. */
    accountId: text("account_id").references(() => accounts.id, { onDelete: "cascade" }),
    sessionId: text("session_id"),
    grantId: text("grant_id").references(() => oauthGrants.id, { onDelete: "cascade" }),
    /** Seconds between two polls. `slow_down` raises it. */
    interval: integer().notNull(),
    lastPolledAt: integer("last_polled_at"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** The id of the redemption that got the tokens. */
    claim: text(),
  },
  (table) => [
    uniqueIndex("oauth_device_requests_user_code").on(table.userCodeHash),
    index("oauth_device_requests_client").on(table.clientId),
    index("oauth_device_requests_account").on(table.accountId),
    index("oauth_device_requests_grant").on(table.grantId),
    index("oauth_device_requests_expiry").on(table.expiresAt),
  ],
);

/**
 * Logout tokens to send to clients (OpenID Connect Back-Channel Logout). A trigger of migration 0017 inserts the row
 * together with the end of the client's session.
 */
export const oauthLogoutNotices = sqliteTable(
  "oauth_logout_notices",
  {
    /** The ended session, which is the `sid` of its ID token. */
    sessionId: text("session_id").primaryKey(),
    clientId: text("client_id")
      .notNull()
      .references(() => oauthClients.id, { onDelete: "cascade" }),
    /** The `sub` of the logout token. Not a foreign key: a deleted account is told as well. */
    subject: text().notNull(),
    attempts: integer().notNull(),
    /** When the next attempt is due. A worker that takes the notice moves it forward. */
    dueAt: integer("due_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("oauth_logout_notices_due").on(table.dueAt),
    index("oauth_logout_notices_client").on(table.clientId),
  ],
);

/** API keys of users. The id is the public prefix of the key. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** SHA-256 of the secret part. */
    secretHash: text("secret_hash").notNull(),
    resource: text().notNull(),
    scope: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** Null: no expiry. */
    expiresAt: integer("expires_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    index("api_keys_account").on(table.accountId, table.createdAt),
    index("api_keys_expiry").on(table.expiresAt),
  ],
);
