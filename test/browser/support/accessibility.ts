import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { applyViewport, VIEWPORTS } from "./viewports.ts";

/** Minified: every checked page evaluates it again. */
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What the pages of a prepared context have in `window`. */
type WithAxe = { axe?: typeof import("axe-core"); defineAxe?: () => void };

/**
 * Gives axe to every page that the context opens from now on. Sending half a megabyte to each page costs more than the
 * check itself. A page that is not checked only parses it.
 */
export const prepareChecks = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(`window.defineAxe = () => { ${AXE} };`);

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
  // A page that is still loading has no element to measure.
  await page.waitForLoadState("load");
  const faults = await page.evaluate(faultsOfDocument);
  if (faults !== null) return faults;
  await page.evaluate(AXE);
  const checked = await page.evaluate(faultsOfDocument);
  if (checked === null) throw new Error("axe did not load");
  return checked;
}

/** Runs in the page, in one call for all kinds of faults. Null if the page has no axe. */
async function faultsOfDocument(): Promise<string[] | null> {
  const withAxe = window as unknown as WithAxe;
  if (withAxe.axe === undefined) withAxe.defineAxe?.();
  const { axe } = withAxe;
  if (axe === undefined) return null;

  // The frame of a mail runs no scripts and is not our page.
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
  // One line for each violation: the rule and the elements.
  const ruleViolations = violations.map(({ id, help, nodes }) => {
    const where = nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} (${failureSummary})`);
    return `${id}: ${help}: ${where.join("; ")}`;
  });

  const { scrollWidth, clientWidth } = document.documentElement;
  const excessWidth = scrollWidth > clientWidth ? [`too wide: by ${scrollWidth - clientWidth} pixels`] : [];

  // A password manager needs to know the kind of password and the account (Chromium, "Password form styles").
  const passwordFaults = [...document.querySelectorAll<HTMLInputElement>("input[type=password]")]
    .filter(
      ({ autocomplete, form }) =>
        !["current-password", "new-password"].includes(autocomplete) ||
        !form?.querySelector("input[autocomplete~=username]"),
    )
    .map(({ outerHTML }) => `unfillable: ${outerHTML.slice(0, 120)}`);

  return [...ruleViolations, ...excessWidth, ...passwordFaults];
}
