/**
 * A reauthentication that a change depends on. It holds while that session is live and the account's known devices
 * have not been reset since.
 */
export type ReauthenticationProof = {
  readonly sessionId: string;
  /** Instant (ms). */
  readonly at: number;
};

/** What a reauthentication changes in its session. */
export type SessionChange = {
  /** Instant (ms). */
  readonly at: number;
  /** Of the session from now on. */
  readonly amr: readonly string[];
  /** Whether the tokens of the session have this instant as `auth_time` (`movesAuthTime`). */
  readonly movesAuthTime: boolean;
};
