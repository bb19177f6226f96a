import { describe, expect } from "vitest";
import { findFaults, findFaultsNow } from "./accessibility.ts";
import { it } from "./fixtures.ts";
import type { PageState } from "./page-states/steps.ts";
import { measureWeightOf } from "./page-weight.ts";
import { applyViewport, NARROW } from "./viewports.ts";

/** Uncompressed bytes of a page and everything that it loads, but the passkeys' script. */
const MAX_BYTES = 42_000;

/** Of the passkeys' script, which the page does not wait for and the browser caches without limit. */
const MAX_PASSKEY_SCRIPT_BYTES = 13_000;

/** Checks every state of a page. Pages for developers are in English only. */
export const checkPage = (states: readonly PageState[], { isEnglishAlone = false } = {}) =>
  describe.each(states)("$name", ({ page, open }) => {
    it("the page is accessible in every viewport and theme, small, and painted after one round trip", async ({
      visitAgain,
      service,
    }) => {
      const visitor = await visitAgain("en-GB");
      const measureWeight = measureWeightOf(visitor.page);
      await open(visitor, service);
      if (page !== null) expect(new URL(visitor.page.url()).pathname).toMatch(patternOf(page));
      const { bytes, passkeyScriptBytes, blocking } = await measureWeight();
      expect(bytes).toBeGreaterThan(500);
      expect(bytes).toBeLessThan(MAX_BYTES);
      expect(passkeyScriptBytes).toBeLessThan(MAX_PASSKEY_SCRIPT_BYTES);
      expect(blocking).toEqual([]);
      expect(await findFaults(visitor.page)).toEqual({});
    });

    if (isEnglishAlone) return;
    it("the page is accessible in German on a phone", async ({ visitAgain, service }) => {
      const { page, ...visitor } = await visitAgain("de-DE");
      await applyViewport(page, NARROW);
      await open({ page, ...visitor }, service);
      expect(await page.evaluate(() => document.documentElement.getAttribute("lang"))).toBe("de");
      expect(await findFaultsNow(page)).toEqual([]);
    });
  });

/** Matches the paths of a route. */
const patternOf = (route: string): RegExp => new RegExp(`^${route.replace(":id", "[^/]+")}$`);
