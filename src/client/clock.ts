/** All that the client knows of time. Nothing else here looks at it, so that a test may move it. */
export const clock = {
  /** Milliseconds since 1970. In Workers it stands still between two answers from outside. */
  now: (): number => Date.now(),
  /** Milliseconds for an answer of Gatehouse's, of which a strict one takes tens. */
  patience: 5000,
};
