import { Hono } from "hono";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import type { App } from "../../../src/client/hono/sign-in/app.ts";
import { browserSession, type SessionEnv, signInRoutes } from "../../../src/client/hono.ts";
import { openBrowser } from "./app-browser.ts";
import { APP, openProvider, RESOURCE, SECRET } from "./openid-provider.ts";

// A server-rendered app against a certified OpenID provider.

async function open(changes: Partial<App> = {}, initialCookies: Record<string, string> = {}) {
  const provider = await openProvider();
  const appOf = (): App => ({
    issuer: provider.url,
    clientId: "notes",
    clientSecret: SECRET,
    resource: RESOURCE,
    scopes: ["openid", "profile", "email", "notes:read"],
    home: "/home",
    ...changes,
  });
  const app = new Hono<SessionEnv>()
    .onError((error, c) => c.text(error.message, 500))
    .route("/", signInRoutes(appOf))
    .get("/recent", browserSession(appOf, { maxAge: 60 }), (c) => c.text("recent"))
    .get("/strict", browserSession(appOf, { strict: true }), (c) => c.text("strict"))
    .use("/notes", browserSession(appOf))
    .get("/notes", (c) => c.text(`${c.var.session.userId} ${c.var.session.name} ${c.var.session.scope}`));
  const browser = openBrowser(app, initialCookies);
  const locationOf = async (path: string) => (await browser.ask(path)).headers.get("Location") ?? "";
  const pathOf = (url: string) => url.replace(APP, "");
  /** Signs in through the provider. Returns the response of the redirect URI. */
  async function signIn(to = "/notes", options = "") {
    const back = await provider.follow(await locationOf(`/sign-in?to=${encodeURIComponent(to)}${options}`));
    return browser.ask(pathOf(back));
  }
  return { provider, browser, locationOf, pathOf, signIn };
}

afterEach(() => void vi.restoreAllMocks());

/** Lets the access token's cookie expire. */
const expire = ({ jar }: { jar: Map<string, string> }) => jar.delete("__Host-app_access");

describe("signing in", () => {
  it("sends an authorization request with PKCE, state, nonce and resource", async () => {
    const { locationOf, provider } = await open();
    const url = new URL(await locationOf("/sign-in?to=/notes"));
    expect(url.origin + url.pathname).toBe(`${provider.url}/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "notes",
      redirect_uri: `${APP}/signed-in`,
      scope: "openid profile email notes:read",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      resource: RESOURCE,
    });
  });

  it("signs in, opens the page and sends the user's browser with the token request", async () => {
    const { signIn, browser, provider } = await open();
    const back = await signIn("/notes?page=2");
    expect([back.status, back.headers.get("Location")]).toEqual([302, "/notes?page=2"]);
    expect([back.headers.get("Cache-Control"), back.headers.get("Referrer-Policy")]).toEqual([
      "no-store",
      "no-referrer",
    ]);
    expect(Object.keys(browser.kept()).sort()).toEqual(["access", "id", "refresh"]);
    expect(await (await browser.ask("/notes")).text()).toBe("ada Ada notes:read");
    const tokenRequest = provider.requests.find(({ path }) => path === "/oauth/token");
    expect(tokenRequest?.headers.authorization).toMatch(/^Basic /);
    await browser.ask("/sign-in", { headers: { "User-Agent": "a phone" } });
  });

  it("works for a client without a resource and for a public client, over a transport of its own", async () => {
    const urls: string[] = [];
    const { signIn, browser } = await open({
      fetch: (url, init) => {
        urls.push(new URL(url).pathname);
        return fetch(url, init);
      },
    });
    await signIn();
    expect((await browser.ask("/notes")).status).toBe(200);
    expect(urls).toEqual(["/.well-known/openid-configuration", "/oauth/token", "/.well-known/jwks.json"]);
  });

  it("repeats an authentication that is too old for a page, once", async () => {
    const { signIn, browser, locationOf, provider, pathOf } = await open();
    await signIn();
    expect((await browser.ask("/recent")).status).toBe(200);
    provider.does.authAge = 3600;
    await signIn();
    const to = await locationOf("/recent");
    expect(to).toBe("/sign-in?to=%2Frecent&max_age=60");
    const request = new URL(await locationOf(to));
    expect(request.searchParams.get("max_age")).toBe("60");
    const back = await browser.ask(pathOf(await provider.follow(request.href)));
    expect(back.headers.get("Location")).toBe("/recent");
  });

  it("completes the attempts of several tabs in any order", async () => {
    const { locationOf, provider, browser, pathOf } = await open();
    const first = await locationOf("/sign-in?to=/first");
    const second = await locationOf("/sign-in?to=/second");
    const backs = [await provider.follow(second), await provider.follow(first)];
    const targets = [];
    for (const back of backs) targets.push((await browser.ask(pathOf(back))).headers.get("Location"));
    expect(targets).toEqual(["/second", "/first"]);
  });
});

describe("the cookies of sign-in attempts", () => {
  const attempts = (browser: { kept(): object }) =>
    Object.keys(browser.kept()).filter((name) => name.startsWith("attempt_"));

  it("are five at most, and the oldest is dropped", async () => {
    let time = Date.now();
    vi.spyOn(clock, "now").mockImplementation(() => time);
    const { locationOf, browser } = await open();
    const states: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      time += 1000;
      states.push(new URL(await locationOf(`/sign-in?to=/${count}`)).searchParams.get("state") ?? "");
    }
    const expected = states.slice(2).map((state) => `attempt_${state.slice(0, 8)}`);
    expect(attempts(browser).sort()).toEqual(expected.sort());
  });

  it.each(["%", "null", '{"state":"s"}', '{"state":"s","verifier":"v","nonce":1,"to":"/","at":1}'])(
    "are refused with the content %s",
    async (text) => {
      const { browser } = await open({}, { attempt_s: encodeURIComponent(text) });
      expect((await browser.ask("/signed-in?code=c&state=s")).status).toBe(400);
    },
  );
});

describe("an authorization response", () => {
  it.each([
    ["another state", (url: URL) => url.searchParams.set("state", "x".repeat(43))],
    ["no state", (url: URL) => url.searchParams.delete("state")],
    ["another issuer (RFC 9207)", (url: URL) => url.searchParams.set("iss", "https://evil.example.com")],
    ["no issuer (RFC 9207)", (url: URL) => url.searchParams.delete("iss")],
    ["another code", (url: URL) => url.searchParams.set("code", "y".repeat(43))],
    ["no code", (url: URL) => url.searchParams.delete("code")],
    ["two codes", (url: URL) => url.searchParams.append("code", "z")],
    ["an over-long code", (url: URL) => url.searchParams.set("code", "y".repeat(5000))],
  ])("with %s is refused", async (_name, change) => {
    const { locationOf, provider, browser, pathOf } = await open();
    const url = new URL(await provider.follow(await locationOf("/sign-in?to=/notes")));
    change(url);
    const answer = await browser.ask(pathOf(url.href));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("Sign-in failed.")]);
    expect(browser.kept()).not.toHaveProperty("access");
  });

  it("of another browser is refused", async () => {
    const attacker = await open();
    const planted = await attacker.provider.follow(await attacker.locationOf("/sign-in?to=/notes"));
    const victim = await open();
    await victim.locationOf("/sign-in");
    expect((await victim.browser.ask(victim.pathOf(planted))).status).toBe(400);
    expect(victim.browser.kept()).not.toHaveProperty("access");
  });

  it("is used once", async () => {
    const { locationOf, provider, browser, pathOf } = await open();
    const back = pathOf(await provider.follow(await locationOf("/sign-in?to=/notes")));
    expect((await browser.ask(back)).status).toBe(302);
    expect((await browser.ask(back)).status).toBe(400);
  });

  it("with the nonce of another attempt is refused", async () => {
    const { locationOf, provider, browser, pathOf } = await open();
    const request = new URL(await locationOf("/sign-in?to=/notes"));
    request.searchParams.set("nonce", "another");
    expect((await browser.ask(pathOf(await provider.follow(request.href)))).status).toBe(400);
    expect(browser.kept()).toEqual({});
  });

  it("with access_denied offers to sign in again", async () => {
    const { provider, signIn, browser } = await open();
    provider.does.error = "access_denied";
    const answer = await signIn("/notes");
    expect(answer.status).toBe(403);
    const text = await answer.text();
    expect(text).toContain("Sign-in was cancelled.");
    expect(text).toContain('href="/sign-in?to=%2Fnotes"');
    expect(browser.kept()).toEqual({});
  });

  it.each(["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"])(
    "leads to this app for the target %s",
    async (to) => {
      const { signIn } = await open();
      expect((await signIn(to)).headers.get("Location")).toMatch(/^\/(home|evil.example)?$/);
    },
  );
});

describe("a session", () => {
  it("is refreshed when the access token has expired, and rotates the refresh token", async () => {
    const { signIn, browser } = await open();
    await signIn();
    const { refresh } = browser.kept();
    expire(browser);
    const answer = await browser.ask("/notes");
    expect([answer.status, answer.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(browser.kept().refresh).not.toBe(refresh);
    expect(browser.kept().access).toBeDefined();
  });

  it("ends with its refresh token and leads to sign-in", async () => {
    const { browser, locationOf } = await open({}, { refresh: "unknown", id: "old" });
    expect(await locationOf("/notes")).toBe("/sign-in?to=%2Fnotes");
    expect(browser.kept()).toEqual({});
  });

  it("is refused with the access token of another client", async () => {
    const { signIn, browser } = await open();
    await signIn();
    const { access = "" } = browser.kept();
    const { browser: other } = await open({ clientId: "other" }, { access });
    expect((await other.ask("/notes")).status).toBe(303);
  });

  it("throws for strict without a verifier over a binding", async () => {
    const { signIn, browser } = await open();
    await signIn();
    expect(await (await browser.ask("/strict")).text()).toBe(
      "strict needs a verifier over a service binding",
    );
  });

  it("is not opened with a token for another resource, which would redirect the browser in a loop", async () => {
    const verifier = { verify: async () => ({ ok: false, reason: "audience_mismatch" }) as const };
    const { signIn, browser } = await open({ verifier });
    expect(await (await signIn()).text()).toContain("refused: audience_mismatch. Compare resource");
    expect(browser.kept()).not.toHaveProperty("access");
  });

  it("asks its verifier", async () => {
    const calls: unknown[] = [];
    const verifier = {
      canBeStrict: true as const,
      verify: async (_token: string, options?: object) => {
        calls.push(options);
        return { ok: false, reason: "unavailable" } as const;
      },
    };
    const { signIn, browser } = await open({ verifier });
    await signIn();
    expect((await browser.ask("/strict")).status).toBe(503);
    expect(calls).toEqual([{ strict: false }, { strict: true }]);
  });

  it("needs no request to the provider without cookies", async () => {
    const { browser, provider } = await open();
    await browser.ask("/notes");
    expect(provider.requests).toEqual([]);
  });
});

describe("signing out", () => {
  it("revokes the refresh token, clears the cookies and ends the session at the provider", async () => {
    const { signIn, browser, provider, locationOf } = await open();
    await signIn();
    const { id, refresh = "" } = browser.kept();
    const out = await browser.post("/sign-out");
    expect([out.status, browser.kept()]).toEqual([303, {}]);
    const url = new URL(out.headers.get("Location") ?? "");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "notes",
      id_token_hint: id,
      post_logout_redirect_uri: `${APP}/`,
    });
    browser.jar.set("__Host-app_refresh", refresh);
    expect(await locationOf("/notes")).toBe("/sign-in?to=%2Fnotes");
    expect(await provider.confirmLogout(url.href)).toBe(`${APP}/`);
  });

  it("is refused from another site", async () => {
    const { signIn, browser } = await open();
    await signIn();
    expect((await browser.post("/sign-out", { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect(browser.kept()).toHaveProperty("refresh");
  });

  it("works without a session", async () => {
    const { browser } = await open();
    expect((await browser.post("/sign-out")).status).toBe(303);
  });
});

describe("during an outage", () => {
  const down = (_request: unknown, response: import("node:http").ServerResponse) =>
    void response.writeHead(503).end("down");

  it("answers with 503, keeps all cookies and can go on later", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { provider, browser, locationOf, pathOf, signIn } = await open();
    provider.does.answers = { "/.well-known/openid-configuration": down };
    expect((await browser.ask("/sign-in")).status).toBe(503);
    provider.does.answers = {};
    const back = pathOf(await provider.follow(await locationOf("/sign-in?to=/notes")));
    provider.does.answers = { "/oauth/token": down, "/oauth/revoke": down };
    expect((await browser.ask(back)).status).toBe(503);
    provider.does.answers = {};
    expect((await browser.ask(back)).headers.get("Location")).toBe("/notes");
    await signIn();
    const before = browser.kept();
    provider.does.answers = { "/oauth/token": down, "/oauth/revoke": down };
    expect((await browser.post("/sign-out")).status).toBe(503);
    expect(browser.kept()).toEqual(before);
    expire(browser);
    expect((await browser.ask("/notes")).status).toBe(503);
    expect(browser.kept()).toHaveProperty("refresh");
  });

  it.each(["invalid_client", "unauthorized_client", "invalid_target"])(
    "names a wrong registration to the developer: %s",
    async (error) => {
      const { provider, signIn } = await open();
      provider.does.answers["/oauth/token"] = (_request, response) =>
        void response.writeHead(400, { "Content-Type": "application/json" }).end(JSON.stringify({ error }));
      const answer = await signIn();
      expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(error)]);
    },
  );

  it("names a wrong secret, to which a server answers with a challenge", async () => {
    const { signIn } = await open({ clientSecret: "wrong" });
    expect(await (await signIn()).text()).toContain("invalid_client");
  });
});

describe("back-channel logout", () => {
  const newStore = () => {
    const ended = new Set<string>();
    return {
      end: async ({ sessionId = "" }) => void ended.add(sessionId),
      hasEnded: async ({ sessionId }: { sessionId: string }) => ended.has(sessionId),
    };
  };

  it("ends the app's session with a logout token of the provider", async () => {
    const { signIn, browser, provider } = await open({ logoutStore: newStore() });
    await signIn();
    const { id = "" } = browser.kept();
    const url = new URL(`${provider.url}/oauth/logout`);
    url.searchParams.set("id_token_hint", id);
    url.searchParams.set("post_logout_redirect_uri", `${APP}/`);
    await provider.confirmLogout(url.href);
    await expect.poll(() => provider.logoutTokens).toHaveLength(1);
    const token = provider.logoutTokens[0] ?? "";
    expect((await browser.ask("/notes")).status).toBe(200);
    const body = new URLSearchParams({ logout_token: token });
    const received = await browser.ask("/back-channel-logout", { method: "POST", body });
    expect([received.status, received.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect((await browser.ask("/notes")).status).toBe(303);
    // The logout token is no ID token and no access token.
    expect(decodeJwt(token)).not.toHaveProperty("nonce");
    browser.jar.set("__Host-app_access", token);
    expect((await browser.ask("/notes")).status).toBe(303);
  });

  it("is not found without a store", async () => {
    const { browser } = await open();
    const body = new URLSearchParams({ logout_token: "x" });
    expect((await browser.ask("/back-channel-logout", { method: "POST", body })).status).toBe(404);
  });

  it.each(["garbage", "a.b.c", ""])("refuses the logout token %j", async (logout_token) => {
    const { browser } = await open({ logoutStore: newStore() });
    const body = new URLSearchParams({ logout_token });
    expect((await browser.ask("/back-channel-logout", { method: "POST", body })).status).toBe(400);
  });
});
