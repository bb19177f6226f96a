import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { expect, inject, it as plain } from "vitest";
import { prepareChecks } from "./accessibility.ts";
import { type ServiceApi, serviceAt } from "./service.ts";
import type { TestServerContext } from "./test-server.ts";
import { newVisitor, type Visitor } from "./visitor.ts";

type RunningServer = Exclude<TestServerContext, { problem: string }>;

/** A test with the service and any number of visitors. It fails for every problem on any of their pages. */
export const it = plain
  /** test/browser/harness.test.ts reports why no service or no browser started, once; nothing else can run. */
  .extend("requireServer", { auto: true }, ({ skip }) => {
    const testServer = inject("browserStage");
    if ("problem" in testServer) skip(testServer.problem);
  })
  .extend("testServer", { scope: "file" }, (): RunningServer => {
    const testServer = inject("browserStage");
    if ("problem" in testServer) throw new Error(testServer.problem);
    return testServer;
  })
  .extend("browser", { scope: "file" }, async ({ testServer }, { onCleanup }): Promise<Browser> => {
    const browser = await chromium.connect(testServer.endpoint);
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("service", { scope: "file" }, ({ testServer }): ServiceApi => serviceAt(testServer))
  .extend("app", ({ testServer }): string => testServer.app)
  /** A visitor whose pages may also request another origin. */
  .extend("visitFrom", async ({ browser, testServer, task }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      if (task.result?.state === "fail") await printPages(visitors);
      await Promise.all(visitors.map(({ context }) => context.close()));
      expect(visitors.flatMap(({ problems }) => problems)).toEqual([]);
    });
    return async (otherOrigin: string | null, options?: BrowserContextOptions): Promise<Visitor> => {
      const visitor = await newVisitor(
        browser,
        [testServer.origin, ...(otherOrigin === null ? [] : [otherOrigin])],
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
  /** One visitor for each language and file, since creating one is slow. Each use clears the cookies. */
  .extend("reusedVisitor", { scope: "file" }, ({ browser, testServer }, { onCleanup }) => {
    const reusedVisitors = new Map<string, Visitor>();
    onCleanup(async () => {
      await Promise.all([...reusedVisitors.values()].map(({ context }) => context.close()));
    });
    return async (locale: string): Promise<Visitor> => {
      const known = reusedVisitors.get(locale);
      const visitor = known ?? (await newVisitor(browser, [testServer.origin], { locale }));
      reusedVisitors.set(locale, visitor);
      if (known === undefined) await prepareChecks(visitor.context);
      await visitor.context.clearCookies();
      return visitor;
    };
  })
  .extend("visitAgain", ({ reusedVisitor, task }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      if (task.result?.state === "fail") await printPages(visitors);
      expect(visitors.flatMap(({ problems }) => problems.splice(0))).toEqual([]);
    });
    return async (locale: string): Promise<Visitor> => {
      const visitor = await reusedVisitor(locale);
      visitors.push(visitor);
      return visitor;
    };
  });

/** Prints the pages of a failed test, beside the step that failed. */
async function printPages(visitors: readonly Visitor[]): Promise<void> {
  for (const page of visitors.flatMap(({ context }) => context.pages())) {
    console.error(`${page.url()}\n${await page.locator("body").ariaSnapshot()}\n`);
  }
}
