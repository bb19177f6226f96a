import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { wholeNumber } from "../shared/command-line.ts";
import { EXPLAINED } from "./explained.ts";
import {
  addResult,
  type Coverage,
  type FileCoverage,
  type Result,
  readCoverage,
  readResults,
  writeCoverage,
} from "./results.ts";
import type { Message, Task } from "./run-batch.ts";
import { type Mutant, ROOT, readTargets } from "./targets.ts";

// `npm run mutate`: changes one condition, boundary, conjunct or statement of the program at a time, and runs the test
// files that reach it. A mutant that no test kills is a requirement that no test holds (docs/mutation-check.md).

const program = new Command("npm run mutate --")
  .description("Finds conditions of the program that no test needs.")
  .argument("[parts...]", "parts of paths: only the mutants of files whose path contains one")
  .option("--minutes <number>", "ends after this time; the next run goes on from there", wholeNumber(1, 9999))
  .option(
    "--seconds <number>",
    "test files that a mutant runs at most, by the time that they take together",
    wholeNumber(1, 9999),
  )
  .option("--workers <number>", "processes at once", wholeNumber(1, 64), availableParallelism())
  .option("--survivors", "runs the mutants again that survived without an explanation, and no other")
  .option("--fresh-coverage", "finds out again which test reaches which mutant")
  .option("--report", "prints the results so far, and runs nothing")
  .parse();
const options = program.opts<{
  minutes?: number;
  seconds?: number;
  workers: number;
  survivors?: true;
  freshCoverage?: true;
  report?: true;
}>();
const endsAt = options.minutes ? Date.now() + options.minutes * 60_000 : Number.POSITIVE_INFINITY;

/** Milliseconds without a message after which a mutant counts as one that never ends. */
const STALL_MS = 300_000;
/** Mutants that a process runs before the next one starts, which bounds what a mutant can leave behind in it. */
const BATCH_SIZE = 120;
/**
 * Test files of a mutant in one batch after its first, which runs one: that kills most mutants, and each file takes time
 * to load.
 */
const FILES_IN_BATCH = 4;
/** Milliseconds to load a test file. */
const LOADING_MS = 400;

const mutants = readTargets(program.args).flatMap((target) => target.mutants);
const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));

if (!options.report) {
  const coverage = (options.freshCoverage ? null : readCoverage()) ?? (await findCoverage());
  await runMutants(coverage);
}
report();

/** Runs all test files on the unchanged program. */
async function findCoverage(): Promise<Coverage> {
  console.log("Running all test files, to find which mutants each test reaches.");
  // Ids begin at 1.
  const keys = ["", ...readTargets().flatMap((target) => target.mutants.map(({ key }) => key))];
  const files: FileCoverage[] = [];
  const unfinished = await runProcess([], options.workers, (message) => {
    if (message.type !== "ended") return;
    const { file, failed, by, duration, reached } = message;
    if (failed || !reached) return console.log(`Left out, it fails without a mutant: ${file}: ${by}`);
    const { byTest, outside } = reached;
    files.push({ file: relative(ROOT, file), duration, byTest, outside });
  });
  if (unfinished !== undefined) throw new Error("A test file of the unchanged program does not end.");
  writeCoverage({ keys, files });
  return { keys, files };
}

async function runMutants(coverage: Coverage): Promise<void> {
  const results = readResults();
  const open = mutants.filter(({ key }) => {
    const state = results.get(key)?.state;
    const survived = (state === "survived" || state === "uncovered") && !(key in EXPLAINED);
    return options.survivors ? survived : state === undefined;
  });
  console.log(`${open.length} of ${mutants.length} mutants to run.`);
  const waiting = new Map<Mutant, TestsOfFile[]>();
  const ranOnce = new Set<Mutant>();
  const idOf = new Map(coverage.keys.map((key, id) => [key, id]));
  for (const mutant of open) {
    const id = idOf.get(mutant.key);
    // The code is newer than the coverage.
    if (id === undefined) continue;
    const files = testsOf(mutant, coverage.files, id);
    if (files.length === 0) addResult({ key: mutant.key, state: "uncovered" });
    else waiting.set(mutant, files);
  }
  let done = 0;
  const settle = (mutant: Mutant, result: Omit<Result, "key">) => {
    addResult({ key: mutant.key, ...result });
    waiting.delete(mutant);
    done += 1;
    if (result.state !== "killed")
      console.log(`survived  ${mutant.file}:${mutant.line}  ${mutant.kind}: ${mutant.original}`);
  };
  const running = new Set<Mutant>();
  const runBatches = async () => {
    while (Date.now() < endsAt) {
      const batch = [...waiting].filter(([mutant]) => !running.has(mutant)).slice(0, BATCH_SIZE);
      if (batch.length === 0) return;
      for (const [mutant] of batch) running.add(mutant);
      const tasks = [...Array(FILES_IN_BATCH).keys()].flatMap((at) =>
        batch.flatMap(([mutant, files]): Task[] => {
          const next = files[at];
          return next && (at === 0 || ranOnce.has(mutant))
            ? [{ mutant: mutant.id, tests: next.tests, file: `${ROOT}/${next.file}` }]
            : [];
        }),
      );
      const unfinished = await runProcess(tasks, 1, (message) => {
        const mutant = byId.get(message.mutant);
        if (message.type !== "ended" || !mutant) return;
        const files = waiting.get(mutant);
        if (!files) return;
        const run = files.shift();
        if (message.failed) settle(mutant, { state: "killed", by: `${run?.file}: ${message.by}` });
        else if (files.length === 0) settle(mutant, { state: "survived" });
      });
      const stalled = unfinished === undefined ? undefined : byId.get(unfinished);
      if (stalled && waiting.has(stalled)) settle(stalled, { state: "killed", by: "no end" });
      for (const [mutant] of batch) {
        running.delete(mutant);
        ranOnce.add(mutant);
      }
      console.log(`${done} of ${open.length}`);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, runBatches));
}

type TestsOfFile = {
  readonly file: string;
  /** Null: all tests of the file. */
  readonly tests: readonly string[] | null;
  /** Milliseconds, estimated. */
  readonly duration: number;
};

/**
 * The tests that reach the mutant, by file: first those of its feature, and among them the file with the most tests for its
 * time, since it probably checks what the mutant changes.
 */
function testsOf({ file: source }: Mutant, files: readonly FileCoverage[], id: number): TestsOfFile[] {
  const folders = source.split("/").slice(1, -1);
  const distance = (test: string) => folders.filter((folder) => !test.includes(`/${folder}/`)).length;
  const found = files.flatMap(({ file, duration, byTest, outside }): TestsOfFile[] => {
    if (outside.includes(id)) return [{ file, tests: null, duration: LOADING_MS + duration }];
    const tests = byTest.filter(([, ids]) => ids.includes(id)).map(([name]) => name);
    const share = tests.length / byTest.length;
    return tests.length === 0 ? [] : [{ file, tests, duration: LOADING_MS + duration * share }];
  });
  const testRate = ({ tests, duration }: TestsOfFile) => (tests?.length ?? 0) / (1000 + duration);
  let seconds = 0;
  return found
    .sort((a, b) => distance(a.file) - distance(b.file) || testRate(b) - testRate(a))
    .filter(({ duration }) => {
      const total = seconds + duration / 1000;
      const runs = seconds === 0 || total <= (options.seconds ?? Number.POSITIVE_INFINITY);
      if (runs) seconds = total;
      return runs;
    });
}

/** Runs `tasks` in a process of its own, which runs `workers` test files at once. Returns the mutant that was running if the process had to be ended. */
function runProcess(
  tasks: readonly Task[],
  workers: number,
  onMessage: (message: Message) => void,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/mutate/run-batch.ts"], {
      cwd: ROOT,
      stdio: ["pipe", "ignore", "inherit", "pipe"],
      // A group of its own, so that its workerd ends with it.
      detached: true,
    });
    let running = 0;
    let isStalled = false;
    const end = () => {
      isStalled = true;
      process.kill(-(child.pid as number), "SIGKILL");
    };
    let watchdog = setTimeout(end, STALL_MS);
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, STALL_MS);
      const message = JSON.parse(line) as Message;
      running = message.mutant;
      try {
        onMessage(message);
      } catch (error) {
        end();
        reject(error);
      }
    });
    child.on("close", () => {
      clearTimeout(watchdog);
      resolve(isStalled ? running : undefined);
    });
    child.stdin?.end(`${JSON.stringify({ tasks, workers })}\n`);
  });
}

/** Prints the figures and every survivor without an explanation, and fails if there is one. */
function report(): void {
  const results = readResults();
  const stateOf = ({ key }: Mutant) => results.get(key)?.state;
  const count = (state: Result["state"] | undefined) =>
    mutants.filter((mutant) => stateOf(mutant) === state).length;
  const survivors = mutants.filter((mutant) => ["survived", "uncovered"].includes(stateOf(mutant) ?? ""));
  const unexplained = survivors.filter(({ key }) => !(key in EXPLAINED));
  for (const { file, line, kind, original, key } of unexplained) {
    console.log(`${results.get(key)?.state}  ${file}:${line}  ${kind}: ${original}`);
  }
  console.log(
    `${mutants.length} mutants: ${count("killed")} killed, ${count("survived")} survived, ` +
      `${count("uncovered")} reached by no test, ${count(undefined)} not run; ` +
      `${survivors.length - unexplained.length} survivors explained, ${unexplained.length} not.`,
  );
  process.exitCode = unexplained.length > 0 ? 1 : 0;
}
