/** A session whose refresh token the browser has presented. Only D1 knows whether it is live. */
export type HeldSession = {
  readonly sessionId: string;
  readonly accountId: string;
  /** The generation of the presented token. */
  readonly generation: number;
};
