import * as drizzle from "drizzle-orm";
import type { drizzle as openD1 } from "drizzle-orm/d1";
import { afterAll, afterEach, beforeEach, expect, inject } from "vitest";
import { accounts } from "../../src/db/schema.ts";
import type { Assignment } from "./control-server.ts";

// Runs before each test file of a mutation run. The instrumented program calls the functions that are defined here.

const control = inject("mutantControlUrl");
// Tests may replace the global function.
const send = globalThis.fetch;
const file = expect.getState().testPath;
const post = async (message: object) =>
  (await send(control, { method: "POST", body: JSON.stringify({ file, ...message }) })).text();

const { mutant: active, tests } = JSON.parse(await post({})) as Assignment;
const outside = new Set<number>();
const byTest = new Map<string, Set<number>>();
/** The mutants that the current test reaches, or those that code outside of tests reaches. */
let reached = outside;
let hasFailed = false;

Object.assign(globalThis, {
  __drizzle: drizzle,
  __mutant(id: number): boolean {
    reached.add(id);
    return id === active;
  },
  /** A statement for a batch in place of one that a mutant drops. It reads and changes nothing. */
  __noStatement: (db: ReturnType<typeof openD1>) =>
    db.select({ one: drizzle.sql`1` }).from(accounts).where(drizzle.sql`0`),
});

// One failure kills the mutant, so the file's other tests need not run. Nor do tests that do not reach it.
beforeEach(({ task, skip }) => {
  const name = task.fullTestName;
  if (active !== 0 && (hasFailed || !(tests?.includes(name) ?? true))) skip();
  reached = byTest.get(name) ?? new Set();
  byTest.set(name, reached);
});
afterEach(({ task }) => {
  if (task.result?.state === "fail") hasFailed = true;
});
afterAll(async () => {
  if (active !== 0) return;
  await post({ outside: [...outside], byTest: [...byTest].map(([name, ids]) => [name, [...ids]]) });
});
