import fc from "fast-check";
import { inject } from "vitest";
import type {} from "./provided-context.ts";

/** The seed of generated inputs. It is fixed unless FUZZ_SEED is set. */
export const FUZZ_SEED = Number(inject("fuzzSeed") ?? 481516);

fc.configureGlobal({ seed: FUZZ_SEED });
