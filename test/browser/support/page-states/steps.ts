import type { Page } from "playwright-core";
import type { ShownPage } from "../../../support/page-list.ts";
import type { ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";

/** A page in a state that it can be in: tests look at each, and `npm run screenshots` takes its picture. */
export type PageState = {
  /** Names its pictures. */
  readonly name: string;
  /** The page that it is a state of; null for what is none of the service's pages. */
  readonly page: ShownPage | null;
  /** Brings the visitor there, whatever the language. */
  readonly open: (visitor: Visitor, service: ServiceApi) => Promise<unknown>;
};

/** Just goes there. */
export const at = (path: string) => (visitor: Visitor) => visitor.page.goto(path);

/** Presses the button of the page's first form, and waits for the page that comes of it. */
export async function send(page: Page): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.locator("main form").first().getByRole("button").last().click();
  await loaded;
}

export async function type(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name=${name}]`).fill(value);
  await send(page);
}

/** Signs in, and goes straight on to a page. */
export async function enter(
  { page }: Visitor,
  to: string,
  person: { email: string; password: string },
): Promise<void> {
  await page.goto(`/sign-in?returnTo=${encodeURIComponent(to)}`);
  await type(page, person);
  await page.waitForURL(`**${to.replaceAll("?", "\\?")}`);
}

/** What is nobody's password. */
export const WRONG = "not the password";
