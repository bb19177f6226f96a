import fc from "fast-check";
import { expect, it } from "vitest";
import { firstStates, sequences } from "./arbitraries.ts";
import { withJournal } from "./command.ts";
import { beginSequence } from "./first-state.ts";
import { checkInvariants } from "./invariants.ts";
import { PATH, REPLAY_PATH, SECONDS, SEED, SEQUENCES } from "./options.ts";

/** Generated operations of a sequence. Those that are not possible are left out. */
const MAX_OPERATIONS = 150;
/** Sequences with one seed, at most. The time is looked at between them: no sequence is interrupted. */
const PART = 20;
/** Milliseconds. A failure takes time to become small. */
const TIMEOUT_MS = 2 * 60 * 60_000;

let run = 0;
let steps = 0;

const property = fc.asyncProperty(
  firstStates,
  sequences(MAX_OPERATIONS, REPLAY_PATH),
  async (first, commands) => {
    const { model, real } = await beginSequence(first);
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await checkInvariants(model, real, "all").catch((error) => {
      throw withJournal(error, real);
    });
    run += 1;
    steps += real.journal.length;
  },
);

it("keeps its invariants through random sequences of operations", { timeout: TIMEOUT_MS }, async () => {
  console.log(`exploration: EXPLORE_SEED=${SEED}`);
  const began = Date.now();
  if (PATH !== undefined) {
    return fc.assert(property, { seed: SEED, path: PATH, unbiased: true, numRuns: 1 });
  }
  const mayGoOn = () => run < SEQUENCES || Date.now() - began < SECONDS * 1000;
  for (let part = 0; mayGoOn(); part += 1) {
    await fc.assert(property, { seed: SEED + part, numRuns: Math.min(PART, SEQUENCES), unbiased: true });
  }
  console.log(`exploration: ${run} sequences, ${steps} steps, ${Date.now() - began} ms`);
  expect(run).toBeGreaterThanOrEqual(SEQUENCES);
});
