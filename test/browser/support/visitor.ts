import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { watch } from "./watch-console.ts";

/** Somebody with a browser of their own: nothing is kept of anybody else. */
export type Visitor = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What has happened that must not happen on any page, and that nobody has taken out yet. */
  readonly problems: string[];
};

export async function newVisitor(
  browser: Browser,
  /** Where it begins, and which other origins it may ask. */
  [origin = "", ...others]: readonly string[],
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: "en-GB",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const problems = await watch(context, [origin, ...others]);
  return { context, page: await context.newPage(), problems };
}
