import type { Page } from "playwright-core";
import type { PagePath } from "../../../support/page-paths.ts";
import type { ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";

/** A state of a page. Tests check each; `npm run screenshots` takes a picture of each. */
export type PageState = {
  /** Name of its pictures. */
  readonly name: string;
  /** The page; null for a response that is no registered page. */
  readonly page: PagePath | null;
  /** Opens the state in any language. */
  readonly open: (visitor: Visitor, service: ServiceApi) => Promise<unknown>;
};

/** Opens a path. */
export const at = (path: string) => (visitor: Visitor) => visitor.page.goto(path);

/** Submits the page's first form and waits for the next page. */
export async function send(page: Page): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.locator("main form").first().getByRole("button").last().click();
  await loaded;
}

export async function type(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name=${name}]`).fill(value);
  await send(page);
}

/** Signs in with a page as return target. */
export async function signInAt(
  { page }: Visitor,
  to: string,
  credentials: { email: string; password: string },
): Promise<void> {
  await page.goto(`/sign-in?returnTo=${encodeURIComponent(to)}`);
  await type(page, credentials);
  await page.waitForURL(`**${to.replaceAll("?", "\\?")}`);
}

/** No account has this password. */
export const WRONG_PASSWORD = "not the password";
