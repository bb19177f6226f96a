import { expect, it, vi } from "vitest";
import { restoreGlobals } from "../../support/original-globals.ts";

const replace = (name: string, value: unknown) => Reflect.set(globalThis, name, value);

it("restores stubs, spies and fake timers after a file", () => {
  const { fetch, Date: date } = globalThis;
  vi.stubGlobal("fetch", async () => new Response());
  vi.useFakeTimers();
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.spyOn(crypto.subtle, "deriveBits");
  restoreGlobals();
  expect([globalThis.fetch, globalThis.Date]).toEqual([fetch, date]);
  expect([console.log, crypto.subtle.deriveBits].some((one) => vi.isMockFunction(one))).toBe(false);
});

it("fails a file that leaves a function of the platform replaced", () => {
  const { fetch } = globalThis;
  try {
    replace("fetch", async () => new Response());
    expect(restoreGlobals).toThrow("the functions of the platform after the last test of a file");
  } finally {
    replace("fetch", fetch);
  }
});
