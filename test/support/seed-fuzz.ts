import fc from "fast-check";

// VITE_FUZZ_SEED=… npx vitest run …: vitest hands on names of that prefix alone.
const given = (import.meta as unknown as { env?: Record<string, string | undefined> }).env?.VITE_FUZZ_SEED;

/** What generated inputs come of: the same ones each time, unless others are asked for. */
export const FUZZ_SEED = given === undefined ? 481516 : Number(given);

fc.configureGlobal({ seed: FUZZ_SEED });
