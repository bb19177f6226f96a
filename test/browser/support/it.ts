import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { expect, inject, it as plain } from "vitest";
import { type ServiceApi, serviceAt } from "./service.ts";
import type { TestServerContext } from "./test-server.ts";
import { newVisitor, type Visitor } from "./visitor.ts";

type Stage = Exclude<TestServerContext, { problem: string }>;

/** A test with the service, and with as many visitors as it wants; it fails if anything was wrong on any page. */
export const it = plain
  .extend("stage", { scope: "file" }, (): Stage => {
    const stage = inject("browserStage");
    if ("problem" in stage) throw new Error(stage.problem);
    return stage;
  })
  .extend("browser", { scope: "file" }, async ({ stage }, { onCleanup }): Promise<Browser> => {
    const browser = await chromium.connect(stage.endpoint);
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("service", { scope: "file" }, ({ stage }): ServiceApi => serviceAt(stage))
  .extend("app", ({ stage }): string => stage.app)
  /** A visitor who comes from elsewhere, and may go back there. */
  .extend("visitFrom", async ({ browser, stage, task }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      if (task.result?.state === "fail") await tellWhatIsShown(visitors);
      await Promise.all(visitors.map(({ context }) => context.close()));
      expect(visitors.flatMap(({ problems }) => problems)).toEqual([]);
    });
    return async (elsewhere: string | null, options?: BrowserContextOptions): Promise<Visitor> => {
      const visitor = await newVisitor(
        browser,
        [stage.origin, ...(elsewhere === null ? [] : [elsewhere])],
        options,
      );
      visitors.push(visitor);
      return visitor;
    };
  })
  .extend(
    "visit",
    ({ visitFrom }) =>
      (options?: BrowserContextOptions): Promise<Visitor> =>
        visitFrom(null, options),
  )
  /** One for each language and file, since a new one takes half a look's time: who they were, they forget. */
  .extend("regular", { scope: "file" }, ({ browser, stage }, { onCleanup }) => {
    const regulars = new Map<string, Visitor>();
    onCleanup(async () => {
      await Promise.all([...regulars.values()].map(({ context }) => context.close()));
    });
    return async (locale: string): Promise<Visitor> => {
      const visitor = regulars.get(locale) ?? (await newVisitor(browser, [stage.origin], { locale }));
      regulars.set(locale, visitor);
      await visitor.context.clearCookies();
      return visitor;
    };
  })
  .extend("revisit", ({ regular, task }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      if (task.result?.state === "fail") await tellWhatIsShown(visitors);
      expect(visitors.flatMap(({ problems }) => problems.splice(0))).toEqual([]);
    });
    return async (locale: string): Promise<Visitor> => {
      const visitor = await regular(locale);
      visitors.push(visitor);
      return visitor;
    };
  });

/** A failed step says what it waited for; this, what was there instead. */
async function tellWhatIsShown(visitors: readonly Visitor[]): Promise<void> {
  for (const page of visitors.flatMap(({ context }) => context.pages())) {
    console.error(`${page.url()}\n${await page.locator("body").ariaSnapshot()}\n`);
  }
}
