import fc from "fast-check";

// Usage: VITE_FUZZ_SEED=… npx vitest run …. Vitest passes only variables with the prefix VITE_.
const seed = (import.meta as unknown as { env?: Record<string, string | undefined> }).env?.VITE_FUZZ_SEED;

/** The seed of generated inputs. It is fixed unless VITE_FUZZ_SEED is set. */
export const FUZZ_SEED = seed === undefined ? 481516 : Number(seed);

fc.configureGlobal({ seed: FUZZ_SEED });
