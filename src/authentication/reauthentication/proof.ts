/**
 * A reauthentication that a change depends on. It holds while that session is live and the account's known devices
 * have not been reset since.
 */
export type ReauthenticationProof = {
  readonly sessionId: string;
  /** Instant (ms). */
  readonly at: number;
};
