import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { VIEWPORTS, wear } from "./viewports.ts";

/** Each page that is looked at reads it anew: half the size is half the time. */
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * What is wrong with a page, with the looks in which it is: a broken rule of axe's, good practice included,
 * something that has to be scrolled sideways, or a password that no manager can fill.
 */
export async function faultsOf(page: Page): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {};
  for (const look of VIEWPORTS) {
    await wear(page, look);
    for (const fault of await faultsAsIs(page)) {
      faults[fault] = [...(faults[fault] ?? []), look.name];
    }
  }
  return faults;
}

/** What is wrong with it in the look that it wears now. */
export async function faultsAsIs(page: Page): Promise<string[]> {
  const isThere = await page.evaluate(() => "axe" in window);
  if (!isThere) await page.evaluate(AXE);
  return [...(await brokenRules(page)), ...(await excessWidth(page)), ...(await unfillable(page))];
}

/** Each as one line: the rule, and the elements that break it. */
const brokenRules = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    // A mail in its frame runs no scripts, and is not our page.
    const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => {
      const where = nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} (${failureSummary})`);
      return `${id}: ${help}: ${where.join("; ")}`;
    });
  });

async function excessWidth(page: Page): Promise<string[]> {
  // A page that is still on its way has no element to measure.
  await page.waitForLoadState("load");
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`too wide: by ${scrollWidth - clientWidth} pixels`] : [];
  });
}

/** A manager has to know which password is asked for, and whose (Chromium's own advice, "Password form styles"). */
const unfillable = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>("input[type=password]")]
      .filter(
        ({ autocomplete, form }) =>
          !["current-password", "new-password"].includes(autocomplete) ||
          !form?.querySelector("input[autocomplete=username]"),
      )
      .map(({ outerHTML }) => `unfillable: ${outerHTML.slice(0, 120)}`),
  );
