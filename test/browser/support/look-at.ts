import { describe, expect } from "vitest";
import { faultsAsIs, faultsOf } from "./accessibility.ts";
import { it } from "./it.ts";
import { NARROW, wear } from "./looks.ts";
import type { Showing } from "./showings/steps.ts";
import { scalesFor } from "./weight.ts";

/** Bytes, uncompressed, of a page and all that it loads. */
const MOST = 40_000;

/** What holds for every page. */
export const lookAt = (showings: readonly Showing[]) =>
  describe.each(showings)("$name", ({ page, open }) => {
    it("is accessible in every look, light, and painted after one round trip", async ({ visit, service }) => {
      const visitor = await visit();
      const weigh = scalesFor(visitor.page);
      await open(visitor, service);
      if (page !== null) expect(new URL(visitor.page.url()).pathname).toMatch(patternOf(page));
      const { bytes, blocking } = await weigh();
      expect(bytes).toBeGreaterThan(500);
      expect(bytes).toBeLessThan(MOST);
      expect(blocking).toEqual([]);
      expect(await faultsOf(visitor.page)).toEqual({});
    });

    it("is accessible in German, and fits a phone, too", async ({ visit, service }) => {
      const visitor = await visit({ locale: "de-DE" });
      await wear(visitor.page, NARROW);
      await open(visitor, service);
      expect(await faultsAsIs(visitor.page)).toEqual([]);
    });
  });

/** The addresses of a route. */
const patternOf = (route: string): RegExp => new RegExp(`^${route.replace(":id", "[^/]+")}$`);
