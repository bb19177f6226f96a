import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { CommanderError } from "commander";
import { createProgram, wholeNumber } from "../shared/command-line.ts";

// `npm run explore`: the sequences of test/worker/security/exploration, of which the suite runs some, in greater
// number. The first failure ends the command, with the steps that led to it.

const TEST = "test/worker/security/exploration";
/** Sequences of one process, which then ends: its database and its log would grow. */
const CHUNK = 1_000;

type Options = {
  readonly sequences: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly workers: number;
};

try {
  process.exitCode = await explore(readOptions(process.argv.slice(2)));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function readOptions(argv: readonly string[]): Options {
  return createProgram("npm run explore --")
    .description("Runs random sequences of operations by two users, an attacker and an admin.")
    .option("--sequences <number>", "how many sequences to run", wholeNumber(1, 100_000_000), 100_000)
    .option(
      "--seconds <number>",
      "runs further sequences until this time has passed",
      wholeNumber(1, 100_000),
    )
    .option(
      "--seed <number>",
      "the seed of the first sequences; default: a random one",
      wholeNumber(0, 999_999_999),
    )
    .option(
      "--workers <number>",
      "processes at the same time; default: one for each processor",
      wholeNumber(1, 64),
      availableParallelism(),
    )
    .parse(argv, { from: "user" })
    .opts<Options>();
}

/** Returns the exit code. */
async function explore(options: Options) {
  const { sequences, seconds = 0, seed = Math.floor(Math.random() * 900_000_000), workers } = options;
  // Within a given time each process runs once.
  const chunk = seconds === 0 ? CHUNK : Math.ceil(sequences / workers);
  console.log(`${sequences} sequences, seed ${seed}`);
  const began = Date.now();
  const running = new Set<AbortController>();
  let started = 0;
  let done = 0;
  let failure: string | null = null;
  const work = async () => {
    while (started < sequences && failure === null) {
      const count = Math.min(chunk, sequences - started);
      const abort = new AbortController();
      // Every sequence has a seed of its own below this one and the next.
      const chunkSeed = seed + started;
      started += count;
      running.add(abort);
      const output = await runChunk({ sequences: count, seconds, seed: chunkSeed }, abort.signal);
      running.delete(abort);
      if (output !== null) {
        if (failure !== null) return;
        failure = output;
        for (const other of running) other.abort();
        return;
      }
      done += count;
      console.log(`${done} of ${sequences} sequences, ${Math.round((Date.now() - began) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (failure === null) return 0;
  console.error(failure);
  return 1;
}

/** Runs some sequences in a process. Returns its output if one of them failed. */
function runChunk(
  { sequences, seconds, seed }: { sequences: number; seconds: number; seed: number },
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--project", "worker", TEST, "--maxWorkers=1"],
      {
        signal,
        env: {
          ...process.env,
          EXPLORE_SEQUENCES: String(sequences),
          EXPLORE_SECONDS: String(seconds),
          EXPLORE_SEED: String(seed),
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    const add = (data: Buffer) => {
      output += data.toString();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("error", (error) => (error.name === "AbortError" ? resolve(output) : reject(error)));
    child.on("close", (code) => resolve(code === 0 ? null : output));
  });
}
