/** The requests of one client in one window. */
export type WindowCounter = {
  readonly count: number;
  /** The instant (ms) of the first of them. */
  readonly startedAt: number;
};

/** What is known of a counter: nothing was counted (null), or the store did not say. */
export type CounterRead = WindowCounter | null | "unknown";
