import { type openPageBrowser, type PageResponse, unescapeHtml } from "../pages.ts";
import type { Service } from "../service.ts";
import { PASSWORD } from "../users.ts";
import { consent } from "./browser-flow.ts";
import type { ProviderUser } from "./provider-user.ts";

type Pages = ReturnType<typeof openPageBrowser>;

/** Links an identity with a provider's token. `body` has the token and the reauthentication. */
export const linkToken = (service: Service, provider: string, body: object, token?: string) =>
  service.post(`/me/identities/${provider}`, body, token);

/** Presses the provider's button on the page of linked providers. A null password: the account has none. */
export async function submitLink(
  pages: Pages,
  provider: string,
  password: string | null = PASSWORD,
): Promise<PageResponse> {
  const page = await pages.visit("/account/linked");
  return pages.press(page, { provider, ...(password === null ? {} : { password }) }, "link");
}

/** The URL to which an interstitial page redirects. */
export function interstitialUrl({ text }: Pick<PageResponse, "text">): string {
  const [, url] = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  if (url === undefined) throw new Error(`the page does not redirect: ${text}`);
  return unescapeHtml(url);
}

/** Starts a link and goes through the provider's pages. Returns the callback without requesting it. */
export const startLink = async (
  pages: Pages,
  provider: string,
  user: ProviderUser,
  password?: string | null,
): Promise<string> => consent(interstitialUrl(await submitLink(pages, provider, password)), user);

/** Links a provider, from the page to the response of the callback. */
export const linkByPages = async (
  pages: Pages,
  provider: string,
  user: ProviderUser,
  password?: string | null,
) => pages.send("GET", await startLink(pages, provider, user, password));
