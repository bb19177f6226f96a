import { clock } from "./clock.ts";

/** What comes, or null where it takes too long. */
export const withTimeout = <T>(answer: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), clock.patience);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
