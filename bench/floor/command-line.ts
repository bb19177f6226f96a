import { Option } from "commander";
import { createProgram, wholeNumber } from "../../scripts/shared/command-line.ts";
import { type Operation, REQUIRED_RATIOS } from "./comparisons.ts";

export type FloorOptions = {
  readonly operations: readonly Operation[];
  readonly rounds: number;
  /** Milliseconds of each half of a round. */
  readonly ms: number;
  /** The same for sign-in, which hashes a password for each request. */
  readonly hashingMs: number;
};

const OPERATIONS = Object.keys(REQUIRED_RATIOS) as Operation[];
const FULL = { rounds: 15, ms: 1000, hashingMs: 3000 };
const QUICK = { rounds: 5, ms: 400, hashingMs: 2000 };

/** Throws a `CommandError` for arguments that it does not know. */
export function readFloorOptions(args: readonly string[]): FloorOptions {
  const program = createProgram("npm run bench:floor")
    .option("--quick", "fewer and shorter rounds, for a first look")
    .option("--rounds <number>", "rounds of each operation", wholeNumber(1, 99))
    .addOption(new Option("--only <operation...>", "measure these operations").choices(OPERATIONS));
  program.parse(args, { from: "user" });
  const { quick, rounds, only } = program.opts<{ quick?: true; rounds?: number; only?: Operation[] }>();
  const length = quick ? QUICK : FULL;
  return { ...length, rounds: rounds ?? length.rounds, operations: only ?? OPERATIONS };
}
