import { inject } from "vitest";
import type {} from "../../../support/provided-context.ts";

const { seed, sequences, seconds, path, replayPath } = inject("exploration");

/** The seed of the sequences: another one for each run, unless EXPLORE_SEED is set. */
export const SEED = seed === null ? Math.floor(Math.random() * 2 ** 31) : Number(seed);

/** Sequences that run at least. Few in the suite: `npm run check` runs more of them by `npm run explore`. */
export const SEQUENCES = sequences === null ? 15 : Number(sequences);

/** Further sequences run until this time has passed. */
export const SECONDS = seconds === null ? 0 : Number(seconds);

/** The path and the replay path of a failure, which fast-check prints: only that sequence runs. */
export const PATH = path ?? undefined;
export const REPLAY_PATH = replayPath ?? undefined;
