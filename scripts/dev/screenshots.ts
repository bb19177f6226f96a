import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PAGE_STATES } from "../../test/browser/support/page-states.ts";
import { serviceAt } from "../../test/browser/support/service.ts";
import { VIEWPORTS, wear } from "../../test/browser/support/viewports.ts";
import { newVisitor } from "../../test/browser/support/visitor.ts";
import { startStage } from "./browser-service.ts";

// `npm run screenshots`: every page in every look, into screenshots/. `npm run screenshots -- reset account`: only
// those whose name holds one of the words.

const DIRECTORY = "screenshots";
const words = process.argv.slice(2);
const chosen = Object.values(PAGE_STATES)
  .flat()
  .filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const stage = await startStage();
try {
  if (words.length === 0) rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const browser = await chromium.connect(stage.endpoint);
  for (const { name, open } of chosen) {
    const visitor = await newVisitor(browser, [stage.origin]);
    await open(visitor, serviceAt(stage));
    for (const look of VIEWPORTS) {
      await wear(visitor.page, look);
      const path = join(DIRECTORY, `${name}-${look.name}.png`);
      await visitor.page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
    await visitor.context.close();
    console.log(name);
  }
} finally {
  await stage.stop();
}
