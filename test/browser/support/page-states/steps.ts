import type { BrowserContext, Cookie, Page } from "playwright-core";
import type { PagePath } from "../../../support/page-paths.ts";
import { PASSWORD, type ServiceApi } from "../service.ts";
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

/** Submits the page's first form by its first submit button and waits for the next page. */
export async function send(page: Page): Promise<void> {
  // Not the event "load": that of the page before may arrive only now.
  const navigated = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
  await page.locator("main form").first().locator("button[type=submit]").first().click();
  await navigated;
  await page.waitForLoadState("load");
}

export async function type(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name=${name}]`).fill(value);
  await send(page);
}

export type Credentials = { readonly email: string; readonly password: string };

/** The cookies of each context's sessions by email address: signing in again for each state took half of its time. */
const sessions = new WeakMap<BrowserContext, Map<string, Cookie[]>>();

function sessionsOf(context: BrowserContext): Map<string, Cookie[]> {
  const known = sessions.get(context) ?? new Map<string, Cookie[]>();
  sessions.set(context, known);
  return known;
}

/** Forgets the session. The device stays known. */
export const forgetSession = ({ context }: Visitor) => context.clearCookies({ name: /gh_(access|refresh)$/ });

/** Opens a page as a user, with the session that the context had as this user, else after signing in. */
export async function openSignedIn(visitor: Visitor, to: string, credentials: Credentials): Promise<void> {
  const { context, page } = visitor;
  const known = sessionsOf(context);
  const cookies = known.get(credentials.email);
  if (cookies === undefined) {
    await forgetSession(visitor);
    await signInAt(visitor, to, credentials);
    known.set(credentials.email, await context.cookies());
  } else {
    await context.addCookies(cookies);
    await page.goto(to);
  }
}

/** Signs in with a page as return target. */
export async function signInAt({ page }: Visitor, to: string, credentials: Credentials): Promise<void> {
  await page.goto(`/sign-in?returnTo=${encodeURIComponent(to)}`);
  await type(page, credentials);
  await page.waitForURL(`**${to.replaceAll("?", "\\?")}`);
}

/** Opens a page of a new account that has signed in on this device before. `openSignedIn` finds the session. */
export async function openOnKnownDevice(
  visitor: Visitor,
  service: ServiceApi,
  path: string,
): Promise<Credentials> {
  const credentials = { email: (await service.member()).email, password: PASSWORD };
  await signInAt(visitor, "/account", credentials);
  await forgetSession(visitor);
  await signInAt(visitor, path, credentials);
  const { context } = visitor;
  sessionsOf(context).set(credentials.email, await context.cookies());
  return credentials;
}

/** Opens a page as a signed-in member. */
export const openAs =
  (member: (service: ServiceApi) => Promise<{ email: string }>) =>
  (path: string) =>
  async (visitor: Visitor, service: ServiceApi) => {
    const { email } = await member(service);
    await openSignedIn(visitor, path, { email, password: PASSWORD });
  };

/** Opens a page of the shared account, which no test changes. */
export const openOwn = openAs((service) => service.sharedMember());

/** Opens a page of a new account. */
export const openUnshared = openAs((service) => service.member());

/** Registers a client for devices, and starts a device of it. Returns the code that the device shows. */
export async function startDevice({ page }: Visitor, service: ServiceApi): Promise<string> {
  const { token } = await service.post("/login", service.superuser);
  const { client } = await service.post(
    "/clients",
    {
      name: "TV-3000",
      clientUri: "https://tv.example.com",
      type: "public",
      authMethod: "none",
      grantTypes: ["urn:ietf:params:oauth:grant-type:device_code"],
      scopes: ["openid", "profile"],
    },
    token,
  );
  const { id } = client as unknown as { id: string };
  const form = { client_id: id, scope: "openid profile" };
  const response = await page.request.post("/oauth/device_authorization", { form });
  return (await response.json()).user_code;
}

/** No account has this password. */
export const WRONG_PASSWORD = "not the password";
