import type { Answer, Service } from "./service.ts";
import { PASSWORD } from "./users.ts";

/** A page as a browser without a script has it. */
export type Shown = Answer & { readonly path: string };

type Options = {
  readonly language?: string;
  /** In place of what a browser says of a form on a page without a referrer. */
  readonly from?: Readonly<Record<string, string>>;
};

type Fields = Readonly<Record<string, string | File>>;

const OWN_PAGE = { Origin: "null", "Sec-Fetch-Site": "same-origin" };
const MAX_REDIRECTS = 5;

type Pages = ReturnType<typeof openPages>;

/** A browser without a script: it keeps cookies, follows redirects and fills in forms. */
export function openPages(service: Service, { language = "en", from = OWN_PAGE }: Options = {}) {
  const jar = new Map<string, string>();

  async function send(method: string, path: string, body?: BodyInit, more: Record<string, string> = {}) {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers({ Accept: "text/html", "Accept-Language": language, ...more });
    if (cookies) headers.set("Cookie", cookies);
    const answer = await service.send(new Request(new URL(path, ORIGIN), { method, headers, body }));
    for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie);
    return { ...answer, path };
  }

  async function follow(first: Shown): Promise<Shown> {
    let shown = first;
    for (let hops = 0; shown.status === 303; hops++) {
      if (hops === MAX_REDIRECTS) throw new Error(`too many redirects, at ${shown.path}`);
      const to = shown.headers.get("Location") ?? "";
      // What leaves this service is not looked at.
      if (/^https?:/.test(to) && !to.startsWith(ORIGIN)) return shown;
      shown = await send("GET", to);
    }
    return shown;
  }

  const post = (path: string, fields: Readonly<Record<string, string | File>>) => {
    const isUpload = Object.values(fields).some((value) => typeof value !== "string");
    const body: BodyInit = isUpload ? new FormData() : new URLSearchParams(fields as Record<string, string>);
    if (body instanceof FormData) for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return send("POST", path, body, from);
  };

  return {
    jar,
    send,
    /** Opens a page, wherever that leads. */
    visit: async (path: string) => follow(await send("GET", path)),
    /** Posts these fields and no others. */
    post,
    /** Fills in a form of that page, the first with all of these fields, and presses its button. */
    submit: async (page: Shown, fields: Fields = {}, act?: string) => {
      const form = formIn(page, Object.keys(fields), act);
      return follow(await post(form.action, { ...form.values, ...fields }));
    },
    /** The same, and what the form itself was answered. */
    press: (page: Shown, fields: Fields = {}, act?: string) => {
      const form = formIn(page, Object.keys(fields), act);
      return post(form.action, { ...form.values, ...fields });
    },
  };
}

const ORIGIN = "http://gatehouse.test";

function keep(jar: Map<string, string>, cookie: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/;\s*Max-Age=0/i.test(cookie)) jar.delete(name);
  else jar.set(name, value);
}

type FormOfPage = { readonly action: string; readonly values: Record<string, string> };

/** Every form of a page, with what it holds before anybody types. */
export function formsIn({ text }: Pick<Answer, "text">): FormOfPage[] {
  return [...text.matchAll(/<form ([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = "", inside = ""]) => ({
    action: attribute(attributes, "action") ?? "",
    values: Object.fromEntries(
      [...inside.matchAll(/<(?:input|select|button) ([^>]*)>/g)].flatMap(([, input = ""]) => {
        const name = attribute(input, "name");
        return name === undefined ? [] : [[name, attribute(input, "value") ?? ""]];
      }),
    ),
  }));
}

function formIn(page: Shown, fields: readonly string[], act?: string): FormOfPage {
  const found = formsIn(page).find(
    ({ action, values }) =>
      action !== "/language" &&
      (action !== "/sign-out" || page.path.split("?")[0] === "/sign-out") &&
      fields.every((field) => field in values) &&
      values.act === act,
  );
  if (!found) throw new Error(`no form with ${fields} and ${act} at ${page.path}:\n${page.text}`);
  return found;
}

const attribute = (attributes: string, name: string): string | undefined => {
  const [, value] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes) ?? [];
  return value === undefined ? undefined : unescapeHtml(value);
};

export const unescapeHtml = (html: string): string =>
  html
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Where the first link of a page leads that begins so. */
export function linkOn({ text }: Pick<Answer, "text">, beginning: string): string {
  const links = [...text.matchAll(/ href="([^"]*)"/g)].map(([, href = ""]) => unescapeHtml(href));
  const found = links.find((href) => href.startsWith(beginning));
  if (found === undefined) throw new Error(`no link to ${beginning} but ${links.join(" ")}`);
  return found;
}

/** What the page is headed by. */
export const titleOf = ({ text }: Pick<Answer, "text">): string =>
  unescapeHtml(/<h1>(.*?)<\/h1>/s.exec(text)?.[1] ?? "");

/** Somebody who has signed in by the page. */
export async function signedInPages(service: Service, email: string, options?: Options): Promise<Pages> {
  const browser = openPages(service, options);
  const answer = await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
  if (answer.headers.get("Location") !== "/account")
    throw new Error(`sign-in: ${answer.status} ${answer.text}`);
  return browser;
}
