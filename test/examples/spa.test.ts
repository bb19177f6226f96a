import type { RequestListener } from "node:http";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serveBrowser } from "../../scripts/shared/launch-browser.ts";
import { protectResource } from "../../src/client/index.ts";
import { startProvider } from "../unit/client/openid-provider.ts";
import { answerNotes, serve, serveSpa } from "./serve-spa.ts";

// examples/spa in a browser: the app, the API and the OpenID provider are on three origins.

async function startApp() {
  let answerApi: RequestListener = (_request, response) => void response.end();
  const api = await serve((request, response) => answerApi(request, response));
  const app = await serveSpa();
  const provider = await startProvider({ resource: api.origin, redirectUris: [`${app.origin}/`] });
  app.configure({
    "gatehouse-issuer": provider.url,
    "gatehouse-client-id": "public",
    "notes-api": api.origin,
  });
  const resource = protectResource({
    resource: api.origin,
    authorizationServers: [provider.url],
    scopes: ["notes:read"],
  });
  answerApi = answerNotes(resource, app.origin);
  const close = () => Promise.all([api.close(), app.close(), provider.close()]);
  return { origin: app.origin, provider, close };
}

let app: Awaited<ReturnType<typeof startApp>>;
let browser: Browser;
let stopBrowser: () => Promise<void>;
let context: BrowserContext;
beforeAll(async () => {
  app = await startApp();
  const server = await serveBrowser();
  stopBrowser = () => server.close();
  browser = await chromium.connect(server.wsEndpoint());
});
afterEach(() => context?.close());
afterAll(async () => {
  await browser?.close();
  await stopBrowser?.();
  await app?.close();
});

const tokenRequests = () => app.provider.requests.filter(({ path }) => path === "/oauth/token").length;

async function openPage(path = "/"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(app.origin + path);
  return page;
}

/** A page after sign-in. */
async function signIn(path = "/"): Promise<Page> {
  context = await browser.newContext();
  const page = await openPage(path);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Signed in as Ada").waitFor();
  return page;
}

const storedText = (page: Page) =>
  page.evaluate<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");

describe("examples/spa", () => {
  it("signs in on another origin, calls the API and stores no token", async () => {
    const page = await signIn("/?view=all");
    await page.getByText("A note of ada").waitFor();
    expect(page.url()).toBe(`${app.origin}/?view=all`);
    expect(await storedText(page)).not.toMatch(/eyJ|refresh/);
  });

  it("is signed in again after a reload, without a question", async () => {
    const page = await signIn();
    await page.reload();
    await page.getByText("Signed in as Ada").waitFor();
    await page.getByText("A note of ada").waitFor();
    expect(page.url()).toBe(`${app.origin}/`);
  });

  it("gives its tokens to a new tab, and signs all tabs out", async () => {
    const page = await signIn();
    const before = tokenRequests();
    const second = await openPage();
    await second.getByText("A note of ada").waitFor();
    expect(tokenRequests()).toBe(before);
    await second.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    expect(await page.getByText("A note of ada").count()).toBe(0);
    expect(await storedText(page)).not.toContain("signed-in");
  });

  it("stays signed out after a reload when the session at the provider has ended", async () => {
    const page = await signIn();
    await context.clearCookies();
    app.provider.does.error = "login_required";
    await page.reload();
    await page.getByText("You are signed out.").waitFor();
    app.provider.does.error = undefined;
  });
});
