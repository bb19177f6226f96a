import { type openPages, type Shown, unescapeHtml } from "../pages.ts";
import type { Service } from "../service.ts";
import { PASSWORD } from "../users.ts";
import { consent } from "./browser-flow.ts";
import type { SocialPerson } from "./person.ts";

type Pages = ReturnType<typeof openPages>;

/** What an app asks that has a token of the provider, and shows whose account it is. */
export const linkToken = (service: Service, provider: string, body: object, token?: string) =>
  service.post(`/me/identities/${provider}`, body, token);

/** Presses the button of that provider on the page of linked ones. A null password is that of nobody who has one. */
export async function askToLink(
  pages: Pages,
  provider: string,
  password: string | null = PASSWORD,
): Promise<Shown> {
  const page = await pages.visit("/account/linked");
  return pages.press(page, { provider, ...(password === null ? {} : { password }) }, "link");
}

/** Where a page sends its reader on to by itself. */
export function onwardFrom({ text }: Pick<Shown, "text">): string {
  const [, url] = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  if (url === undefined) throw new Error(`the page leads nowhere by itself: ${text}`);
  return unescapeHtml(url);
}

/** Off to the provider, and back as far as the callback, which is not asked yet. */
export const setOutToLink = async (
  pages: Pages,
  provider: string,
  person: SocialPerson,
  password?: string | null,
): Promise<string> => consent(onwardFrom(await askToLink(pages, provider, password)), person);

/** All the way, to what the callback answers. */
export const linkByPages = async (
  pages: Pages,
  provider: string,
  person: SocialPerson,
  password?: string | null,
) => pages.send("GET", await setOutToLink(pages, provider, person, password));
