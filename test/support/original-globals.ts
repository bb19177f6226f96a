import { expect, vi } from "vitest";

/** The functions of the platform that a test may replace. Test files share a process (docs/decisions/030). */
const readGlobals = (): Readonly<Record<string, unknown>> => ({
  fetch: globalThis.fetch,
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  "performance.now": performance.now,
  "Math.random": Math.random,
  "crypto.subtle.deriveBits": crypto.subtle.deriveBits,
  "crypto.getRandomValues": crypto.getRandomValues,
});

/** Read once per process, before the first test. */
const ORIGINALS = readGlobals();

const LEVELS = ["log", "error", "warn", "info", "debug"] as const;

/** Undoes spies, stubs and fake timers, and fails if a function of the platform is still replaced. */
export function restoreGlobals(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  expect(readGlobals(), "the functions of the platform after the last test of a file").toEqual(ORIGINALS);
  expect(LEVELS.filter((level) => vi.isMockFunction(console[level]))).toEqual([]);
}
