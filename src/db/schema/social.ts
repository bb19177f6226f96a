import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";

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
    /** The provider's refresh token, sealed, to revoke at the deletion of the account (RFC 7009). Null if it gave none. */
    sealedRefreshToken: text("sealed_refresh_token"),
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
    /** The path of the page that follows. */
    returnTo: text("return_to").notNull(),
    /** The root secret that derives the PKCE verifier and the nonce from the state. */
    rootId: text("root_id").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** Hash of the handle of a posted authorization response; null until the provider has posted it. */
    responseHash: text("response_hash"),
    /** The posted authorization response, sealed. */
    sealedResponse: text("sealed_response"),
  },
  (table) => [
    index("oauth_transactions_expiry").on(table.expiresAt),
    uniqueIndex("oauth_transactions_response").on(table.responseHash),
  ],
);
