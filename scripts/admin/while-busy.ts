import { setTimeout } from "node:timers/promises";
import { isBusy } from "./explain.ts";

// Three to six seconds in all.
const ATTEMPTS = 30;
const PAUSE = 100;

/** Does again what met a busy database, which undoes it whole: `npm run dev` may be writing at that moment. */
export async function whileBusy<T>(run: () => Promise<T>, attempts = ATTEMPTS): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (attempts <= 1 || !isBusy(error)) throw error;
  }
  await setTimeout(PAUSE * (1 + Math.random()));
  return whileBusy(run, attempts - 1);
}
