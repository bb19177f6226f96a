import { describe, expect } from "vitest";
import { faultsOf } from "./support/accessibility.ts";
import { it } from "./support/it.ts";
import { SHOWINGS } from "./support/showings.ts";
import { scalesFor } from "./support/weight.ts";

/** Bytes, uncompressed, of a page and all that it loads. */
const MOST = 40_000;

describe.each(SHOWINGS)("$name", ({ open }) => {
  it("is accessible in every look, light, and painted after one round trip", async ({ visit, service }) => {
    const visitor = await visit();
    const weigh = scalesFor(visitor.page);
    await open(visitor, service);
    const { bytes, blocking } = await weigh();
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(MOST);
    expect(blocking).toEqual([]);
    expect(await faultsOf(visitor.page)).toEqual({});
  });
});
