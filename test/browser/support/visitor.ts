import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { watch } from "./watch.ts";

/** Somebody with a browser of their own: nothing is kept of anybody else. */
export type Visitor = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What has happened so far that must not happen on any page. */
  readonly problems: readonly string[];
};

export async function newVisitor(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  elsewhere: readonly string[] = [],
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: "en-GB",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const problems = await watch(context, [origin, ...elsewhere]);
  return { context, page: await context.newPage(), problems };
}
