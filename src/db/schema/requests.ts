import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

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

/** Proofs of passed captchas, by hash. Using a proof deletes its row. */
export const captchaProofs = sqliteTable(
  "captcha_proofs",
  {
    proofHash: text("proof_hash").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("captcha_proofs_expiry").on(table.expiresAt)],
);
