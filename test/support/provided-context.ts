// What vitest.config.ts provides to the tests.
declare module "vitest" {
  interface ProvidedContext {
    /** FUZZ_SEED of the environment. */
    fuzzSeed: string | null;
    /** FUZZ_REQUESTS of the environment. */
    fuzzRequests: string | null;
    /** The variables EXPLORE_… of the environment. */
    exploration: Readonly<Record<"seed" | "sequences" | "seconds" | "path" | "replayPath", string | null>>;
  }
}

export type {};
