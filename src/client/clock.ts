/** The client's only source of time, which a test can replace. */
export const clock = {
  /** Milliseconds since the epoch. In Workers, the clock advances only with I/O. */
  now: (): number => Date.now(),
  /** Milliseconds to wait for Gatehouse. */
  timeoutMs: 5000,
};
