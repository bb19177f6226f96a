import { describe, expect } from "vitest";
import { faultsAsIs, faultsOf } from "./accessibility.ts";
import { it } from "./it.ts";
import type { PageState } from "./page-states/steps.ts";
import { scalesFor } from "./page-weight.ts";
import { NARROW, wear } from "./viewports.ts";

/** Bytes, uncompressed, of a page and all that it loads. */
const MOST = 40_000;

/** What holds for every page. What developers alone see speaks no other language. */
export const checkPage = (showings: readonly PageState[], { isEnglishAlone = false } = {}) =>
  describe.each(showings)("$name", ({ page, open }) => {
    it("is accessible in every look, light, and painted after one round trip", async ({
      revisit,
      service,
    }) => {
      const visitor = await revisit("en-GB");
      const weigh = scalesFor(visitor.page);
      await open(visitor, service);
      if (page !== null) expect(new URL(visitor.page.url()).pathname).toMatch(patternOf(page));
      const { bytes, blocking } = await weigh();
      expect(bytes).toBeGreaterThan(500);
      expect(bytes).toBeLessThan(MOST);
      expect(blocking).toEqual([]);
      expect(await faultsOf(visitor.page)).toEqual({});
    });

    if (isEnglishAlone) return;
    it("is accessible in German, and fits a phone, too", async ({ revisit, service }) => {
      const { page, ...visitor } = await revisit("de-DE");
      await wear(page, NARROW);
      await open({ page, ...visitor }, service);
      expect(await page.locator("html").getAttribute("lang")).toBe("de");
      expect(await faultsAsIs(page)).toEqual([]);
    });
  });

/** The addresses of a route. */
const patternOf = (route: string): RegExp => new RegExp(`^${route.replace(":id", "[^/]+")}$`);
