import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./targets.ts";

const FOLDER = join(ROOT, ".mutation");
const RESULTS = join(FOLDER, "results.jsonl");
const COVERAGE = join(FOLDER, "coverage.json");

/** What is known of a mutant. `survived`: every test file that reaches it passes. `uncovered`: none reaches it. */
export type Result = {
  readonly key: string;
  readonly state: "killed" | "survived" | "uncovered";
  /** The test that failed, or why the run ended. */
  readonly by?: string | undefined;
};

/** Which mutants the tests of a file reach on the unchanged program, and how long the file takes in milliseconds. */
export type FileCoverage = {
  readonly file: string;
  readonly duration: number;
  /** The mutants that each test reaches, by the name of the test. They are positions in `Coverage.keys`. */
  readonly byTest: readonly (readonly [string, readonly number[]])[];
  /** Those that code outside of the tests reaches. */
  readonly outside: readonly number[];
};

export type Coverage = { readonly keys: readonly string[]; readonly files: readonly FileCoverage[] };

/** The latest result of each mutant, by key. Results outlive a run, so a run that was ended goes on where it was. */
export function readResults(): Map<string, Result> {
  if (!existsSync(RESULTS)) return new Map();
  const lines = readFileSync(RESULTS, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as Result).map((result) => [result.key, result]));
}

export function addResult(result: Result): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(RESULTS, `${JSON.stringify(result)}\n`);
}

export const readCoverage = (): Coverage | null =>
  existsSync(COVERAGE) ? (JSON.parse(readFileSync(COVERAGE, "utf8")) as Coverage) : null;

export function writeCoverage(coverage: Coverage): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(COVERAGE, JSON.stringify(coverage));
}
