import { clock } from "./clock.ts";

/** Resolves to null when the promise takes longer than `clock.timeoutMs`. */
export const withTimeout = <T>(promise: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), clock.timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
