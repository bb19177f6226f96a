import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { App } from "../../../src/client/hono/sign-in/app.ts";
import {
  browserSession,
  type OptionalSessionEnv,
  requireRole,
  type SessionEnv,
  signInRoutes,
} from "../../../src/client/hono.ts";
import { openBrowser } from "./app-browser.ts";
import { APP, HTTP_OUTAGES, ISSUER, OUTAGES, openFakeGatehouse } from "./fake-gatehouse.ts";

function open(initialCookies: Record<string, string> = {}, changes: Partial<App> = {}) {
  const gatehouse = openFakeGatehouse();
  const { fetch: send, verifier } = gatehouse;
  const appOf = (): App => ({
    issuer: ISSUER,
    clientId: "gatehouse",
    clientSecret: "secret",
    fetch: send,
    verifier,
    home: "/home",
    ...changes,
  });
  const pages = new Hono<SessionEnv>()
    .use(browserSession(appOf))
    .get("/", (c) => c.text(`Hello, ${c.var.session.name}`))
    .post("/", (c) => c.text("done"))
    .get("/raw", () => new Response("raw"))
    .get("/fetched", () => fetch("data:text/plain,fetched"))
    .get("/broken", () => {
      throw new Error("broken");
    })
    .get("/cache-control/:directives", ({ req }) => {
      const directives = decodeURIComponent(req.param("directives"));
      return new Response("", {
        headers: { "Cache-Control": directives, "CDN-Cache-Control": "public, max-age=60" },
      });
    })
    .get("/admins", requireRole("admin"), (c) => c.text("in"));
  const optional = new Hono<OptionalSessionEnv>()
    .use(browserSession(appOf, { optional: true }))
    .on(["GET", "POST"], "/name", (c) => c.text(c.var.session?.name ?? "anonymous"));
  const app = new Hono()
    .onError((error, c) => c.text(error.message, 500))
    .route("/open", optional)
    .get("/strict", browserSession(appOf, { strict: true }), (c) => c.text(c.var.session.name ?? "no name"))
    .get("/typed", browserSession(appOf, { optional: true }), (c) =>
      c.text(c.var.session?.name ?? "anonymous"),
    )
    .use("/around/*", browserSession(appOf, { optional: true }))
    .route("/around", signInRoutes(appOf))
    .route("/mine", pages);
  return { gatehouse, browser: openBrowser(app, initialCookies) };
}

const SIGNED_IN = { access: "access-1", refresh: "refresh-1" };
const REFRESHED = { access: "access-2", refresh: "refresh-2" };

describe("browserSession", () => {
  describe("succeeds", () => {
    it("sets the session of the cookies after one call", async () => {
      const { browser, gatehouse } = open(SIGNED_IN);
      const answer = await browser.ask("/mine");
      expect([answer.status, await answer.text()]).toEqual([200, "Hello, Ada"]);
      expect(gatehouse.calls).toEqual([["verify", "access-1", { strict: false }]]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    it.each(["/mine", "/mine/raw", "/mine/fetched", "/mine/broken", "/mine/nowhere", "/open/name"])(
      "sets the refreshed tokens with no-store, whichever handler responds: %s",
      async (path) => {
        const { browser } = open({ refresh: "refresh-1" });
        const answer = await browser.ask(path);
        expect(browser.kept()).toEqual(REFRESHED);
        expect(answer.headers.get("Cache-Control")).toBe("no-store");
        for (const cookie of answer.headers.getSetCookie()) {
          expect(cookie).toMatch(
            /^__Host-app_\w+=[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
          );
        }
      },
    );

    it("verifies strictly with the option strict, also after a refresh", async () => {
      const { browser, gatehouse } = open({ access: "old", refresh: "refresh-1" });
      expect(await (await browser.ask("/strict")).text()).toBe("Ada");
      expect(gatehouse.calls.map(([name, , options]) => [name, options])).toEqual([
        ["verify", { strict: true }],
        ["refresh", undefined],
        ["verify", { strict: true }],
      ]);
    });

    it("sets an optional session and continues without one", async () => {
      expect(await (await open(SIGNED_IN).browser.ask("/typed")).text()).toBe("Ada");
      const withoutSession: Record<string, string>[] = [{}, { access: "old", refresh: "old" }];
      for (const cookies of withoutSession) {
        const answer = await open(cookies).browser.ask("/open/name");
        expect([answer.status, await answer.text()]).toEqual([200, "anonymous"]);
      }
      const { browser, gatehouse } = open(SIGNED_IN);
      gatehouse.does.verify = () => ({ ok: false, reason: "unavailable" });
      expect(await (await browser.ask("/open/name")).text()).toBe("anonymous");
      expect(browser.kept()).toEqual(SIGNED_IN);
    });
  });

  describe("Cache-Control of browserSession", () => {
    it.each([
      ["/mine", "no-store"],
      ["/mine/raw", "no-store"],
      ["/mine/cache-control/public, max-age=60, s-maxage=600", "private, max-age=60"],
      ["/mine/cache-control/max-age=60", "private, max-age=60"],
      ["/mine/cache-control/private, max-age=60", "private, max-age=60"],
      ["/mine/cache-control/no-store", "private, no-store"],
    ])("sends for %s the Cache-Control %s", async (path, expected) => {
      const answer = await open(SIGNED_IN).browser.ask(encodeURI(path));
      expect(answer.headers.get("Cache-Control")).toBe(expected);
      expect(answer.headers.get("CDN-Cache-Control")).toBeNull();
    });

    it("sends no-store with new cookies, whatever the page allows", async () => {
      const { browser } = open({ refresh: "refresh-1" });
      const answer = await browser.ask("/mine/cache-control/public");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(browser.kept()).toEqual(REFRESHED);
    });
  });

  describe("refuses", () => {
    it("redirects a page request without a session to sign-in and answers others with 401", async () => {
      const { browser } = open();
      const visit = await browser.ask("/mine?page=2&q=a%20b");
      expect([visit.status, visit.headers.get("Location")]).toEqual([
        303,
        `/sign-in?to=${encodeURIComponent("/mine?page=2&q=a%20b")}`,
      ]);
      expect(visit.headers.get("Cache-Control")).toBe("no-store");
      for (const Accept of ["application/json", "*/*", ""]) {
        const answer = await browser.ask("/mine", { headers: { Accept } });
        expect(answer.status).toBe(401);
        expect(await answer.json()).toMatchObject({ success: false, error: { code: "unauthorized" } });
      }
    });

    it.each([
      [`${APP}/mine?page=2`, "/mine?page=2"],
      [`${APP}//evil.example/x`, "/evil.example/x"],
      [`${APP}/${"x".repeat(2000)}`, "/home"],
      ["https://evil.example/mine", "/home"],
      ["garbage:", "/home"],
      [undefined, "/home"],
    ])("redirects a form of the page %s without a session to sign-in and then to %s", async (Referer, to) => {
      const { browser } = open({ access: "old", refresh: "old" });
      const answer = await browser.post("/mine", Referer === undefined ? {} : { Referer });
      expect(answer.headers.get("Location")).toBe(`/sign-in?to=${encodeURIComponent(to)}`);
      expect(browser.kept()).toEqual({});
    });

    it("rejects a write from another origin with 403, as HTML and as JSON", async () => {
      const { browser, gatehouse } = open(SIGNED_IN);
      const otherOrigins: Record<string, string>[] = [
        { "Sec-Fetch-Site": "cross-site" },
        { Origin: "https://evil.example" },
        {},
      ];
      for (const headers of otherOrigins) {
        const page = await browser.ask("/mine", { method: "POST", headers });
        expect(page.status).toBe(403);
        expect(page.headers.get("Content-Type")).toMatch(/^text\/html/);
        const text = await page.text();
        expect(text).toContain("<h1>The request did not come from a page of this site.");
        expect(text).not.toMatch(/<script|<style|style=/);
        const json = await browser.ask("/mine", {
          method: "POST",
          headers: { ...headers, Accept: "*/*" },
        });
        expect([json.status, await json.json()]).toMatchObject([403, { error: { code: "csrf_failed" } }]);
        // With an optional session, the write is anonymous.
        const anonymous = await browser.ask("/open/name", { method: "POST", headers });
        expect(await anonymous.text()).toBe("anonymous");
      }
      expect(gatehouse.calls).toEqual([]);
    });

    it("rejects a role below the required one with 403", async () => {
      const answer = await open(SIGNED_IN).browser.ask("/mine/admins");
      expect([answer.status, await answer.text()]).toMatchObject([
        403,
        expect.stringContaining("<h1>Access denied"),
      ]);
    });
  });

  describe("browserSession during an outage", () => {
    it.each([
      ...Object.entries(OUTAGES).map(([name, outage]) => ["verify", name, outage] as const),
      ...Object.entries(HTTP_OUTAGES).map(([name, outage]) => ["refresh", name, outage] as const),
    ])("answers with 503 and keeps the cookies when %s %s", async (method, _name, outage) => {
      const cookies: Record<string, string> =
        method === "verify" ? SIGNED_IN : { access: "old", refresh: "refresh-1" };
      const { browser, gatehouse } = open(cookies);
      Object.assign(gatehouse.does, { [method]: outage });
      const page = await browser.ask("/mine");
      expect([page.status, page.headers.get("Retry-After")]).toEqual([503, "5"]);
      expect(await page.text()).toContain("<h1>The service is unavailable.");
      const json = await browser.ask("/mine", { headers: { Accept: "*/*" } });
      expect([json.status, await json.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
      expect(browser.kept()).toEqual(cookies);
    });

    it("sets refreshed tokens although they cannot be verified", async () => {
      const { browser, gatehouse } = open({ refresh: "refresh-1" });
      gatehouse.does.verify = () => ({ ok: false, reason: "unavailable" });
      expect((await browser.ask("/mine")).status).toBe(503);
      expect(browser.kept()).toEqual(REFRESHED);
    });

    it("throws when the verifier or the token endpoint refuses the app, since it is misconfigured", async () => {
      const refusing = open({ access: "old", refresh: "refresh-1" });
      refusing.gatehouse.does.verify = () => ({ ok: false, reason: "forbidden" });
      expect(await (await refusing.browser.ask("/mine")).text()).toContain("forbidden");
      const unknown = open({ refresh: "refresh-1" });
      unknown.gatehouse.does.refresh = () => Response.json({ error: "invalid_client" }, { status: 400 });
      const answer = await unknown.browser.ask("/mine");
      expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("invalid_client")]);
      expect(unknown.browser.kept()).toEqual({ refresh: "refresh-1" });
    });

    it.each<[Partial<App>, string]>([
      [{ issuer: "https://auth.example.com/" }, "issuer must be an https origin without a path"],
      [{ issuer: undefined }, "issuer must be an https origin without a path"],
      [{ clientId: "" }, "clientId is required"],
    ])("throws for the configuration %j", async (changes, message) => {
      const answer = await open(SIGNED_IN, changes).browser.ask("/mine");
      expect([answer.status, await answer.text()]).toEqual([500, message]);
    });
  });

  it("sets no token after a sign-out route that it wraps", async () => {
    const { browser, gatehouse } = open({ refresh: "refresh-1" });
    const answer = await browser.post("/around/sign-out");
    expect(gatehouse.calls.at(-1)).toEqual(["revoke", "refresh-2"]);
    expect(browser.kept()).toEqual({});
    // One Set-Cookie line for each cookie: no later line overrides the deletion.
    expect(answer.headers.getSetCookie()).toHaveLength(3);
  });
});
