import { inject } from "vitest";
import type {} from "../../../support/provided-context.ts";

const { seed, sequences, path, replayPath } = inject("exploration");

/** The seed of the sequences: another one for each run, unless EXPLORE_SEED is set. */
export const SEED = seed === null ? Math.floor(Math.random() * 2 ** 31) : Number(seed);

/** Runs this number of sequences, without a limit of time. Null: as many as the suite has time for. */
export const SEQUENCES = sequences === null ? null : Number(sequences);

/** The path and the replay path of a failure, which fast-check prints: only that sequence runs. */
export const PATH = path ?? undefined;
export const REPLAY_PATH = replayPath ?? undefined;
