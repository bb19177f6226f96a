/** Milliseconds: a strict answer takes tens of them. */
const PATIENCE = 5000;

/** What comes, or null where it takes too long. */
export const orTooLate = <T>(answer: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), PATIENCE);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
