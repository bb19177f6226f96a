/** The entries of the revocation list for one session and its account. */
export type RevocationEntries = {
  /** Whether the session is revoked. */
  readonly session: boolean;
  /** Instant (ms): tokens issued before it are revoked. Null without an entry, NaN if the entry is unreadable. */
  readonly account: number | null;
};

/**
 * The list in KV by which other Workers recognize revoked tokens without asking D1. KV is eventually
 * consistent: an entry is visible everywhere after about a minute.
 */
export type RevocationList = {
  /** `ttlSeconds`: at least the remaining life of the last token of these sessions. */
  revokeSessions(sessionIds: readonly string[], ttlSeconds: number): Promise<void>;
  /** Revokes the account's tokens issued before `revokedBefore` (ms). `ttlSeconds`: the life of an access token. */
  revokeAccount(accountId: string, revokedBefore: number, ttlSeconds: number): Promise<void>;
  /** Withdraws the entry of a session that was restricted for a while, and is live. */
  restoreSession(sessionId: string): Promise<void>;
  /** Publishes the revocations that KV has not accepted yet, those whose tokens expire first before the others. */
  publishPending(now: number): Promise<void>;
  /** "failed" when KV does not answer. */
  read(sessionId: string, accountId: string): Promise<{ readonly value: RevocationEntries } | "failed">;
};
