import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { watchConsole } from "./watch-console.ts";

/** An isolated browser context with a page. */
export type Visitor = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Problems on any of the pages that no test has removed yet. */
  readonly problems: string[];
};

export async function newVisitor(
  browser: Browser,
  /** The base URL, and other origins that the pages may request. */
  [origin = "", ...others]: readonly string[],
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: "en-GB",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(60_000);
  const problems = await watchConsole(context, [origin, ...others]);
  return { context, page: await context.newPage(), problems };
}
