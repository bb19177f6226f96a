import * as drizzle from "drizzle-orm";
import type { drizzle as openD1 } from "drizzle-orm/d1";
import { afterAll, afterEach, beforeEach, expect, inject } from "vitest";
import { accounts } from "../../src/db/schema.ts";

// Runs before each test file of a mutation run. The instrumented program calls the functions that are defined here.

const control = inject("mutantControlUrl");
// Tests may replace the global function.
const send = globalThis.fetch;
const file = expect.getState().testPath;
const post = async (message: object) =>
  (await send(control, { method: "POST", body: JSON.stringify({ file, ...message }) })).text();

const active = Number(await post({}));
const reached = new Set<number>();
const reachedInTest = new Set<number>();
let isInTest = false;
let hasFailed = false;

Object.assign(globalThis, {
  __drizzle: drizzle,
  __mutant(id: number): boolean {
    (isInTest ? reachedInTest : reached).add(id);
    return id === active;
  },
  /** A statement for a batch in place of one that a mutant drops. It reads and changes nothing. */
  __noStatement: (db: ReturnType<typeof openD1>) =>
    db.select({ one: drizzle.sql`1` }).from(accounts).where(drizzle.sql`0`),
});

// One failure kills the mutant, so the file's other tests need not run.
beforeEach(({ skip }) => {
  isInTest = true;
  if (hasFailed && active !== 0) skip();
});
afterEach(({ task }) => {
  if (task.result?.state === "fail") hasFailed = true;
});
afterAll(async () => {
  await post({ reached: [...reached, ...reachedInTest], reachedInTest: [...reachedInTest] });
});
