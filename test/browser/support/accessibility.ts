import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { applyViewport, VIEWPORTS } from "./viewports.ts";

/** Minified: every checked page evaluates it again. */
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * The faults of a page, with the viewports that have them: violations of axe's rules (best practices included),
 * horizontal scrolling, and passwords that no password manager can fill.
 */
export async function findFaults(page: Page): Promise<Record<string, string[]>> {
  const faults: Record<string, string[]> = {};
  for (const viewport of VIEWPORTS) {
    await applyViewport(page, viewport);
    for (const fault of await findFaultsNow(page)) {
      faults[fault] = [...(faults[fault] ?? []), viewport.name];
    }
  }
  return faults;
}

/** The faults in the current viewport. */
export async function findFaultsNow(page: Page): Promise<string[]> {
  const isLoaded = await page.evaluate(() => "axe" in window);
  if (!isLoaded) await page.evaluate(AXE);
  return [...(await ruleViolations(page)), ...(await excessWidth(page)), ...(await passwordFaults(page))];
}

/** One line for each violation: the rule and the elements. */
const ruleViolations = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    // The frame of a mail runs no scripts and is not our page.
    const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => {
      const where = nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} (${failureSummary})`);
      return `${id}: ${help}: ${where.join("; ")}`;
    });
  });

async function excessWidth(page: Page): Promise<string[]> {
  // A page that is still loading has no element to measure.
  await page.waitForLoadState("load");
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`too wide: by ${scrollWidth - clientWidth} pixels`] : [];
  });
}

/** A password manager needs to know the kind of password and the account (Chromium, "Password form styles"). */
const passwordFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>("input[type=password]")]
      .filter(
        ({ autocomplete, form }) =>
          !["current-password", "new-password"].includes(autocomplete) ||
          !form?.querySelector("input[autocomplete=username]"),
      )
      .map(({ outerHTML }) => `unfillable: ${outerHTML.slice(0, 120)}`),
  );
