/** How the claims of the team's Worker are read. */
export type ClaimsSettings = {
  /** Milliseconds that one call may take. */
  readonly timeoutMs: number;
  /** Seconds for which an isolate keeps the claims of a subject. 0: not at all. */
  readonly ttl: number;
  /** Whether a failure refuses the token, or leaves the claims out. */
  readonly onFailure: "closed" | "open";
  /** Names with this prefix are accepted, beside those with a colon. */
  readonly prefix: string | null;
};
