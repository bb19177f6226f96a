import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BrowserClientOptions } from "../../../src/client/browser.ts";
import { clock } from "../../../src/client/clock.ts";
import { openTabs } from "./browser-page.ts";
import { openProvider, RESOURCE, SPA } from "./openid-provider.ts";

// A single-page app against a certified OpenID provider. Tabs are simulated; test/browser has a real browser.

let offset = 0;
beforeEach(() => void vi.spyOn(clock, "now").mockImplementation(() => Date.now() + offset));
afterEach(() => {
  offset = 0;
  vi.restoreAllMocks();
});

async function open(changes: Partial<BrowserClientOptions> = {}) {
  const provider = await openProvider();
  const tabs = openTabs(provider.url, changes);
  /** Opens a page, signs in and returns the page after the redirect. */
  async function signIn(path = "/notes?page=2#top") {
    const page = tabs.openPage(tabs.at(path));
    expect(await page.client.start()).toEqual({ status: "signed-out" });
    await page.client.signIn();
    const back = await provider.follow(page.left[0] ?? "");
    page.client.close();
    const returned = tabs.openPage(back, page.sessionStorage);
    return { ...returned, back, started: await returned.client.start() };
  }
  const tokenRequests = () => provider.requests.filter(({ path }) => path === "/oauth/token").length;
  return { provider, tabs, signIn, tokenRequests };
}

describe("signing in", () => {
  it("returns to the page with the user, and stores no token", async () => {
    const { signIn, tabs } = await open();
    const { started, location, client, sessionStorage } = await signIn();
    expect(started).toMatchObject({ status: "signed-in", user: { sub: "ada", name: "Ada" } });
    expect(location.href).toBe(`${SPA}/notes?page=2#top`);
    expect(await client.accessToken()).toMatch(/^eyJ/);
    expect([...sessionStorage.values]).toEqual([]);
    expect([...tabs.localStorage.values.values()]).toEqual(["1"]);
  });

  it("starts once, although a framework renders twice", async () => {
    const { signIn, tokenRequests } = await open();
    const { client } = await signIn();
    expect(await client.start()).toMatchObject({ status: "signed-in" });
    expect(tokenRequests()).toBe(1);
  });

  it("sends the options of the request", async () => {
    const { tabs } = await open();
    const page = tabs.openPage(tabs.at("/"));
    await page.client.signIn({ maxAge: 60, acrValues: ["urn:gatehouse:acr:2fa", "phr"], loginHint: "a@b.c" });
    const { searchParams } = new URL(page.left[0] ?? "");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: "spa",
      redirect_uri: `${SPA}/`,
      code_challenge_method: "S256",
      max_age: "60",
      acr_values: "urn:gatehouse:acr:2fa phr",
      login_hint: "a@b.c",
      resource: RESOURCE,
    });
  });

  it.each([
    ["a state of another tab", (url: URL) => url.searchParams.set("state", "x"), "invalid_state"],
    ["another issuer", (url: URL) => url.searchParams.set("iss", "https://evil.example.com"), "invalid"],
    ["another code", (url: URL) => url.searchParams.set("code", "y".repeat(43)), "invalid"],
  ])("fails with %s and removes the code from the address", async (_name, change, error) => {
    const { provider, tabs } = await open();
    const page = tabs.openPage(tabs.at("/notes"));
    await page.client.signIn();
    const back = new URL(await provider.follow(page.left[0] ?? ""));
    change(back);
    const returned = tabs.openPage(back.href, page.sessionStorage);
    expect(await returned.client.start()).toEqual({ status: "failed", error });
    expect(returned.location.href).not.toContain("code=");
    expect(await returned.client.accessToken()).toBeNull();
  });

  it("reports that the user refused", async () => {
    const { provider, signIn } = await open();
    provider.does.error = "access_denied";
    expect((await signIn()).started).toEqual({ status: "failed", error: "access_denied" });
  });
});

describe("a page that loads again", () => {
  it("takes over the tokens of another tab without a request", async () => {
    const { signIn, tabs, tokenRequests } = await open();
    const first = await signIn();
    const second = tabs.openPage(tabs.at("/"));
    expect(await second.client.start()).toMatchObject({ status: "signed-in", user: { sub: "ada" } });
    expect(await second.client.accessToken()).toBe(await first.client.accessToken());
    expect(tokenRequests()).toBe(1);
  });

  it("signs in without a question when no tab is left", async () => {
    const { signIn, tabs, provider } = await open();
    const { client, sessionStorage } = await signIn();
    client.close();
    const reloaded = tabs.openPage(tabs.at("/notes"), sessionStorage);
    expect(await reloaded.client.start()).toEqual({ status: "redirecting" });
    expect(new URL(reloaded.left[0] ?? "").searchParams.get("prompt")).toBe("none");
    const back = await provider.follow(reloaded.left[0] ?? "");
    const restored = tabs.openPage(back, sessionStorage);
    expect(await restored.client.start()).toMatchObject({ status: "signed-in" });
    expect(restored.location.href).toBe(`${SPA}/notes`);
  });

  it("is signed out, and redirects once only, when the session at the provider has ended", async () => {
    const { signIn, tabs, provider } = await open();
    const { client, sessionStorage } = await signIn();
    client.close();
    provider.jar.clear();
    const reloaded = tabs.openPage(tabs.at("/notes"), sessionStorage);
    await reloaded.client.start();
    const back = await provider.follow(reloaded.left[0] ?? "");
    expect(new URL(back).searchParams.get("error")).toBe("login_required");
    const returned = tabs.openPage(back, sessionStorage);
    expect(await returned.client.start()).toEqual({ status: "signed-out" });
    const again = tabs.openPage(tabs.at("/notes"), sessionStorage);
    expect([await again.client.start(), again.left]).toEqual([{ status: "signed-out" }, []]);
  });

  it("does not redirect with restore: false", async () => {
    const { signIn, tabs } = await open({ restore: false });
    (await signIn()).client.close();
    const reloaded = tabs.openPage(tabs.at("/"));
    expect([await reloaded.client.start(), reloaded.left]).toEqual([{ status: "signed-out" }, []]);
  });
});

describe("refreshing", () => {
  it("sends one request for all tabs and all calls", async () => {
    const { signIn, tabs, tokenRequests } = await open();
    const first = await signIn();
    const others = [tabs.openPage(tabs.at("/")), tabs.openPage(tabs.at("/"))];
    for (const { client } of others) await client.start();
    const before = await first.client.accessToken();
    offset = 590_000;
    const clients = [first, ...others].map(({ client }) => client);
    const tokens = await Promise.all([...clients, ...clients].map((client) => client.accessToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(before);
    expect(tokenRequests()).toBe(2);
  });

  it("ends the session in all tabs when the refresh token is no longer valid", async () => {
    const { signIn, tabs, provider } = await open();
    const first = await signIn();
    const second = tabs.openPage(tabs.at("/"));
    await second.client.start();
    const changed = vi.fn();
    second.client.onChange(changed);
    provider.does.answers["/oauth/token"] = (_request, response) =>
      void response.writeHead(400, { "Content-Type": "application/json" }).end('{"error":"invalid_grant"}');
    offset = 590_000;
    expect(await first.client.accessToken()).toBeNull();
    await expect.poll(() => second.client.user()).toBeNull();
    expect(changed).toHaveBeenCalledOnce();
  });

  it("keeps the session during an outage", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { signIn, provider } = await open();
    const { client } = await signIn();
    provider.does.answers["/oauth/token"] = (_request, response) => void response.writeHead(503).end();
    offset = 590_000;
    await expect(client.accessToken()).rejects.toThrow("Gatehouse did not answer.");
    expect(client.user()).toMatchObject({ sub: "ada" });
    provider.does.answers = {};
    expect(await client.accessToken()).toMatch(/^eyJ/);
  });
});

describe("fetch", () => {
  it("adds the token to requests of the resource and refuses other URLs", async () => {
    const { signIn, tabs } = await open();
    const { client } = await signIn();
    await client.fetch(`${RESOURCE}/notes`, { headers: { "X-Own": "1" } });
    expect(Object.fromEntries(tabs.requests[0]?.headers ?? [])).toEqual({
      authorization: `Bearer ${await client.accessToken()}`,
      "x-own": "1",
    });
    for (const url of [
      "https://evil.example.com",
      `${RESOURCE}.evil.example.com`,
      "/notes",
      `${RESOURCE}@evil.test`,
    ]) {
      await expect(client.fetch(url)).rejects.toThrow(TypeError);
    }
    expect(tabs.requests).toHaveLength(1);
  });

  it("respects the path of a resource", async () => {
    const { tabs } = await open({ resource: `${RESOURCE}/api` });
    const { client } = tabs.openPage(tabs.at("/"));
    expect((await client.fetch(`${RESOURCE}/api/notes`)).status).toBe(200);
    await expect(client.fetch(`${RESOURCE}/apis`)).rejects.toThrow(TypeError);
  });

  it("refreshes a refused token before its next use", async () => {
    const { signIn, tabs, tokenRequests } = await open();
    const { client } = await signIn();
    const headers = { "WWW-Authenticate": 'Bearer error="invalid_token"' };
    tabs.apiAnswers.push(new Response(null, { status: 401, headers }));
    expect((await client.fetch(RESOURCE)).status).toBe(401);
    expect((await client.fetch(RESOURCE)).status).toBe(200);
    expect(tokenRequests()).toBe(2);
  });
});

describe("signing out", () => {
  it("revokes the refresh token, ends all tabs and leads to the provider", async () => {
    const { signIn, tabs, provider } = await open();
    const { client, left } = await signIn();
    const other = tabs.openPage(tabs.at("/"));
    await other.client.start();
    await client.signOut();
    expect([client.user(), await client.accessToken()]).toEqual([null, null]);
    await expect.poll(() => other.client.user()).toBeNull();
    expect([...tabs.localStorage.values]).toEqual([]);
    expect(provider.requests.map(({ path }) => path)).toContain("/oauth/revoke");
    const url = new URL(left[0] ?? "");
    expect(url.searchParams.get("id_token_hint")).toMatch(/^eyJ/);
    expect(await provider.confirmLogout(url.href)).toBe(`${SPA}/`);
  });
});
