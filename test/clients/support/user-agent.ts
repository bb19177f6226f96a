import { inject } from "vitest";
import type { User } from "./users.ts";

/** A response in the browser. `url` is the one that the address bar shows. */
export type Page = {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

type PageForm = { readonly action: string; readonly values: Readonly<Record<string, string>> };

/** What the service has asked the user on the way to the client. */
type Asked = "sign_in" | "consent" | "account";

const MAX_REDIRECTS = 10;
const MAX_PAGES = 6;

/** A browser without JavaScript: it stores the cookies of the service, follows redirects and submits forms. */
export function openUserAgent() {
  const { issuer } = inject("clientsService");
  const jar = new Map<string, string>();

  async function send(url: URL, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set("Accept", "text/html");
    headers.set("Accept-Language", "en");
    headers.set("Cookie", [...jar].map((pair) => pair.join("=")).join("; "));
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) storeCookie(jar, cookie);
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Follows redirects and pages that lead on by themselves. A URL of another origin is not requested. */
  async function follow(first: Page): Promise<Page> {
    let page = first;
    for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
      const next = nextUrl(page);
      if (next === null) return page;
      if (next.origin !== issuer) return { ...page, url: next, status: 0, text: "" };
      page = await send(next);
    }
    throw new Error(`too many redirects, at ${page.url}`);
  }

  const open = async (url: string | URL): Promise<Page> => follow(await send(new URL(url, issuer)));

  async function submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const form = formWith(page, fields);
    const action = new URL(form.action === "" ? page.url : form.action, page.url);
    return follow(
      await send(action, {
        method: "POST",
        body: new URLSearchParams({ ...form.values, ...fields }),
        // What a browser sends from a page with `Referrer-Policy: no-referrer`.
        headers: { Origin: "null", "Sec-Fetch-Site": "same-origin" },
      }),
    );
  }

  /** Opens an authorization request and does what the service asks, until the browser is sent to the client. */
  async function authorize(url: string | URL, user: User, answer: "allow" | "deny" = "allow") {
    const asked: Asked[] = [];
    let page = await open(url);
    for (let pages = 0; pages < MAX_PAGES && page.url.origin === issuer; pages += 1) {
      const step = stepOf(page);
      asked.push(step);
      if (step === "sign_in") page = await submit(page, { email: user.email, password: user.password });
      else if (step === "consent") page = await submit(page, { act: answer });
      else page = await open(new URL(accountLink(page), page.url));
    }
    if (page.url.origin === issuer) throw unexpected(page);
    return { url: page.url, asked };
  }

  return {
    jar,
    open,
    submit,
    authorize,
    /** Signs in at the service itself. */
    signIn: async ({ email, password }: User): Promise<Page> =>
      submit(await open("/sign-in"), { email, password }),
  };
}

function stepOf(page: Page): Asked {
  const forms = formsIn(page);
  if (forms.some(({ values }) => "password" in values)) return "sign_in";
  if (forms.some(({ values }) => values.act === "allow")) return "consent";
  if (accountLink(page) !== "") return "account";
  throw unexpected(page);
}

const unexpected = ({ url, status, text }: Page): Error =>
  new Error(`the browser stays at ${url} (${status}):\n${text.replace(/<(style|script).*?<\/\1>/gs, "")}`);

/** The link of the choice of `prompt=select_account` that keeps the account. */
const accountLink = ({ text }: Page): string =>
  unescapeHtml(/<a class="button main" href="(\/oauth\/authorize[^"]*)"/.exec(text)?.[1] ?? "");

function nextUrl({ url, status, headers, text }: Page): URL | null {
  const location = headers.get("Location");
  if (status >= 300 && status < 400 && location !== null) return new URL(location, url);
  const [, refresh] = /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  return refresh === undefined ? null : new URL(unescapeHtml(refresh), url);
}

function storeCookie(jar: Map<string, string>, cookie: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/;\s*Max-Age=0/i.test(cookie)) jar.delete(name);
  else jar.set(name, value);
}

function formWith(page: Page, fields: Readonly<Record<string, string>>): PageForm {
  const found = formsIn(page).find(({ values }) =>
    Object.keys(fields).every((name) => name in values && (name !== "act" || values.act === fields.act)),
  );
  if (found === undefined) throw unexpected(page);
  return found;
}

/** The forms of a page with their initial values. */
export const formsIn = ({ text }: Pick<Page, "text">): readonly PageForm[] =>
  [...text.matchAll(/<form ([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = "", inside = ""]) => ({
    action: attribute(attributes, "action") ?? "",
    values: Object.fromEntries(
      [...inside.matchAll(/<(?:input|select|button) ([^>]*)>/g)].flatMap(([, input = ""]) => {
        const name = attribute(input, "name");
        return name === undefined ? [] : [[name, attribute(input, "value") ?? ""]];
      }),
    ),
  }));

/** The text of the `<h1>`. */
export const headingOf = ({ text }: Pick<Page, "text">): string =>
  unescapeHtml(/<h1[^>]*>(.*?)<\/h1>/s.exec(text)?.[1] ?? "");

function attribute(attributes: string, name: string): string | undefined {
  const [, value] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes) ?? [];
  return value === undefined ? undefined : unescapeHtml(value);
}

const unescapeHtml = (html: string): string =>
  html
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
