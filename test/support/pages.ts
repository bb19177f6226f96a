import { operationPartOf } from "../../src/http/openapi-operation.ts";
import { addAuthenticator, logInOnKnownDevice } from "./authenticators.ts";
import { authorizeUrl } from "./authorization-requests.ts";
import { registeredClient } from "./client-administration.ts";
import { createDeviceClient, enterCode, startDevice } from "./devices.ts";
import { requestRemoval, userWithFactor } from "./factor-removals.ts";
import { insertFactor } from "./number-factor.ts";
import { insertClient } from "./oauth-clients.ts";
import { markDeviceAsKnown, newPhoneNumber } from "./one-time-codes.ts";
import { registerWithPasskey } from "./passkeys.ts";
import type { ApiResponse, Service } from "./service.ts";
import {
  accountIdOf,
  linkMailedTo,
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
} from "./users.ts";

/** The response to a page request of a browser without JavaScript. */
export type PageResponse = ApiResponse & { readonly path: string };

type Options = {
  readonly language?: string;
  /** Headers of form submissions. Default: those that a browser sends from a page with `no-referrer`. */
  readonly formHeaders?: Readonly<Record<string, string>>;
};

type Fields = Readonly<Record<string, string | File>>;

const OWN_PAGE_HEADERS = { Origin: "null", "Sec-Fetch-Site": "same-origin" };
const MAX_REDIRECTS = 5;

export type Pages = ReturnType<typeof openPageBrowser>;

/** A browser without JavaScript. It stores cookies, follows redirects and submits forms. */
export function openPageBrowser(
  service: Service,
  { language = "en", formHeaders = OWN_PAGE_HEADERS }: Options = {},
) {
  const jar = new Map<string, string>();

  async function send(
    method: string,
    path: string,
    body?: BodyInit,
    extraHeaders: Record<string, string> = {},
  ) {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers({ Accept: "text/html", "Accept-Language": language, ...extraHeaders });
    if (cookies) headers.set("Cookie", cookies);
    const answer = await service.send(new Request(new URL(path, ORIGIN), { method, headers, body }));
    for (const cookie of answer.headers.getSetCookie()) storeCookie(jar, cookie);
    // Where a line may break: not visible to a reader.
    return { ...answer, text: answer.text.replaceAll("<wbr/>", ""), path };
  }

  async function follow(first: PageResponse): Promise<PageResponse> {
    let page = first;
    for (let hops = 0; page.status === 303; hops++) {
      if (hops === MAX_REDIRECTS) throw new Error(`too many redirects, at ${page.path}`);
      const to = page.headers.get("Location") ?? "";
      // Redirects to other origins are not followed.
      if (/^https?:/.test(to) && !to.startsWith(ORIGIN)) return page;
      page = await send("GET", to);
    }
    return page;
  }

  const post = (path: string, fields: Readonly<Record<string, string | File>>) => {
    const isUpload = Object.values(fields).some((value) => typeof value !== "string");
    const body: BodyInit = isUpload ? new FormData() : new URLSearchParams(fields as Record<string, string>);
    if (body instanceof FormData) for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return send("POST", path, body, formHeaders);
  };

  return {
    jar,
    send,
    /** Opens a page and follows its redirects. */
    visit: async (path: string) => follow(await send("GET", path)),
    /** Posts only these fields. */
    post,
    /** Submits the first form of the page that has all of these fields, and follows the redirects. */
    submit: async (page: PageResponse, fields: Fields = {}, act?: string) => {
      const form = formIn(page, Object.keys(fields), act);
      return follow(await post(form.action, { ...form.values, ...fields }));
    },
    /** Submits the form and returns its own response, without following redirects. */
    press: (page: PageResponse, fields: Fields = {}, act?: string) => {
      const form = formIn(page, Object.keys(fields), act);
      return post(form.action, { ...form.values, ...fields });
    },
  };
}

const ORIGIN = "http://gatehouse.test";

function storeCookie(jar: Map<string, string>, cookie: string): void {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/;\s*Max-Age=0/i.test(cookie)) jar.delete(name);
  else jar.set(name, value);
}

type PageForm = {
  readonly action: string;
  /** The initial values, with that of the first button: a browser submits it when the user presses Enter. */
  readonly values: Record<string, string>;
  /** The values of the buttons that choose an act. */
  readonly acts: readonly string[];
};

/** Every form of a page with its initial values. */
export function formsIn({ text }: Pick<ApiResponse, "text">): PageForm[] {
  return [...text.matchAll(/<form ([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = "", inside = ""]) => ({
    action: attribute(attributes, "action") ?? "",
    values: Object.fromEntries([
      ...namedValues(inside, "input|select|textarea"),
      ...namedValues(inside.slice(inside.indexOf("<button")).split("</button>")[0] ?? "", "button"),
    ]),
    acts: namedValues(inside, "button").flatMap(([name, value]) => (name === "act" ? [value] : [])),
  }));
}

/** The names and values of the elements of a form. */
const namedValues = (inside: string, elements: string): [string, string][] =>
  [...inside.matchAll(new RegExp(`<(?:${elements}) ([^>]*)>([^<]*)`, "g"))].flatMap(
    ([, tag = "", text = ""]): [string, string][] => {
      const name = attribute(tag, "name");
      return name === undefined ? [] : [[name, attribute(tag, "value") ?? unescapeHtml(text.trim())]];
    },
  );

function formIn(page: PageResponse, fields: readonly string[], act?: string): PageForm {
  const found = formsIn(page).find(
    ({ action, values, acts }) =>
      action !== "/language" &&
      (action !== "/sign-out" || page.path.split("?")[0] === "/sign-out") &&
      fields.every((field) => field in values) &&
      (values.act === act || (act !== undefined && acts.includes(act))),
  );
  if (!found) throw new Error(`no form with ${fields} and ${act} at ${page.path}:\n${page.text}`);
  return act === undefined ? found : { ...found, values: { ...found.values, act } };
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

/** The first link of a page whose URL has that prefix. */
export function linkOn({ text }: Pick<ApiResponse, "text">, prefix: string): string {
  const links = [...text.matchAll(/ href="([^"]*)"/g)].map(([, href = ""]) => unescapeHtml(href));
  const found = links.find((href) => href.startsWith(prefix));
  if (found === undefined) throw new Error(`no link to ${prefix}; links: ${links.join(" ")}`);
  return found;
}

/** The text of the `<h1>`. */
export const headingOf = ({ text }: Pick<ApiResponse, "text">): string =>
  unescapeHtml(/<h1>(.*?)<\/h1>/s.exec(text)?.[1] ?? "");

const SIGNED_IN_PAGES: readonly (string | null)[] = ["/account", "/account/complete?returnTo=%2Faccount"];

/** A browser in which that user has signed in on the sign-in page. */
export async function signedInPageBrowser(
  service: Service,
  email: string,
  options?: Options,
): Promise<Pages> {
  const browser = openPageBrowser(service, options);
  const answer = await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
  // With required sign-up fields the page of missing answers comes first, which goes on if none is missing.
  if (!SIGNED_IN_PAGES.includes(answer.headers.get("Location")))
    throw new Error(`sign-in: ${answer.status} ${answer.text}`);
  return browser;
}

/** A browser that was known to the service before its user signed in. */
export async function knownDeviceBrowser(service: Service, email: string, options?: Options): Promise<Pages> {
  const browser = await signedInPageBrowser(service, email, options);
  // A form without scripts sends every field: this one leaves the box of the device empty.
  await browser.submit(await browser.visit("/sign-out"), { forgetDevice: "" });
  service.clock.advance(1);
  await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
  return browser;
}

export type VisitedPage = {
  /** The pattern of its route. */
  readonly path: string;
  readonly browser: ReturnType<typeof openPageBrowser>;
  /** The page with its form, as the user sees it. */
  readonly page: PageResponse;
};

/** The paths of all pages with that method, read from the router. */
export const pageRoutesOf = ({ app }: Service, method: "GET" | "POST"): string[] =>
  app.routes
    .filter((route) => route.method === method && operationPartOf(route.handler)?.page)
    .map(({ path }) => path);

type BrowserOptions = Parameters<typeof openPageBrowser>[1];

/** Visits every page as a user who may open it, after the steps that lead to it. */
export async function visitEveryPage(service: Service, options: BrowserOptions = {}): Promise<VisitedPage[]> {
  const stops: VisitedPage[] = [];
  for (const path of pageRoutesOf(service, "GET")) {
    if (path === "/" || path.endsWith(".js")) continue;
    const visit = visitsByPath[path] ?? visitDirectly;
    stops.push({ path, ...(await visit(service, path, options)) });
  }
  return stops;
}

type Visit = (service: Service, path: string, options: BrowserOptions) => Promise<Omit<VisitedPage, "path">>;

const visitDirectly: Visit = async (service, path, options) => {
  if (!/^\/(account|admin|device)/.test(path)) {
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(path) };
  }
  const { email } = await registerVerifiedUser(service);
  await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const browser = await signedInPageBrowser(service, email, options);
  await signedInPageBrowser(service, email, options);
  const other = path.includes(":id") ? await accountIdOf((await registerVerifiedUser(service)).email) : "";
  return { browser, page: await browser.visit(path.replace(":id", other)) };
};

/** Visits the authorization endpoint as a user with a session. */
const visitAuthorization =
  (parameters: Readonly<Record<string, string>>): Visit =>
  async (service, _path, options) => {
    const client = await insertClient({ resources: [], scopes: ["openid", "profile", "email"] });
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email, options);
    return { browser, page: await browser.visit(authorizeUrl(client, parameters)) };
  };

const visitsByPath: Readonly<Record<string, Visit>> = {
  "/oauth/authorize": visitAuthorization({ scope: "openid", prompt: "select_account" }),
  "/oauth/consent": visitAuthorization({ scope: "openid profile email" }),
  "/oauth/continue": async (service, path, options) => {
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(`${path}?returnTo=/account`) };
  },
  "/oauth/logout": async (service, path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email, options);
    return { browser, page: await browser.visit(path) };
  },
  "/verify-email": async (service, _path, options) => {
    const { email } = await register(service);
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/reset-password": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email });
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/account/factor-removal": async (service, path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email, options);
    await insertFactor(email, "totp", null);
    await requestRemoval(service, await accountIdOf(email));
    return { browser, page: await browser.visit(path) };
  },
  "/cancel-factor-removal": async (service, _path, options) => {
    const { email, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.visit(await linkMailedTo(service, email)) };
  },
  "/device/confirm": async (service, path, options) => {
    const { browser } = await visitDirectly(service, "/device", options);
    const { user_code } = await startDevice(service, await createDeviceClient(service), { scope: "openid" });
    const page = await enterCode(browser, user_code);
    if (!page.path.startsWith(path)) throw new Error(`the code led to ${page.path}`);
    return { browser, page };
  },
  "/sign-in/code": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service);
    const { token } = await logIn(service, email);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const browser = openPageBrowser(service, options);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    return { browser, page };
  },
  "/account/two-step/authenticator": async (service, path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = await knownDeviceBrowser(service, email, options);
    return { browser, page: await browser.visit(path) };
  },
  "/account/two-step/recovery-codes": async (service, path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = await knownDeviceBrowser(service, email, options);
    return { browser, page: await browser.visit(path) };
  },
  "/account/two-step/factors/:id": async (service, path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email, options);
    const { token } = await logInOnKnownDevice(service, email);
    const { id } = await addAuthenticator(service, token);
    return { browser, page: await browser.visit(path.replace(":id", id)) };
  },
  "/account/passkeys/:id": async (service, path, options) => {
    const { email, passkey } = await registerWithPasskey(service);
    const browser = await signedInPageBrowser(service, email, options);
    return { browser, page: await browser.visit(path.replace(":id", passkey.id)) };
  },
  "/sign-in/email-code": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service, options);
    return { browser, page: await browser.submit(await browser.visit("/sign-in"), { email }, "code") };
  },
  "/admin/applications/:id": async (service, path, options) => {
    const { client, superuser } = await registeredClient(service);
    const browser = await signedInPageBrowser(service, superuser.email, options);
    return { browser, page: await browser.visit(path.replace(":id", client.id)) };
  },
  "/account/phone/code": async (service, _path, options) => {
    const { email } = await registerVerifiedUser(service, newAddress());
    const browser = await signedInPageBrowser(service, email, options);
    return {
      browser,
      page: await browser.submit(await browser.visit("/account/phone"), { phone: newPhoneNumber() }),
    };
  },
};
