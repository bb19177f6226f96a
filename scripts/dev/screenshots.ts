import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PAGE_STATES } from "../../test/browser/support/page-states.ts";
import { serviceAt } from "../../test/browser/support/service.ts";
import { applyViewport, VIEWPORTS } from "../../test/browser/support/viewports.ts";
import { newVisitor } from "../../test/browser/support/visitor.ts";
import { startBrowserService } from "./browser-service.ts";

// `npm run screenshots` saves every page in every viewport to screenshots/. `npm run screenshots -- reset account`
// saves only the pages with one of these words in their name.

const DIRECTORY = "screenshots";
const words = process.argv.slice(2);
const chosen = Object.values(PAGE_STATES)
  .flat()
  .filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const service = await startBrowserService();
try {
  if (words.length === 0) rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const browser = await chromium.connect(service.endpoint);
  for (const { name, open } of chosen) {
    const visitor = await newVisitor(browser, [service.origin]);
    await open(visitor, serviceAt(service));
    for (const viewport of VIEWPORTS) {
      await applyViewport(visitor.page, viewport);
      const path = join(DIRECTORY, `${name}-${viewport.name}.png`);
      await visitor.page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
    await visitor.context.close();
    console.log(name);
  }
} finally {
  await service.stop();
}
