import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { App } from "../../../src/client/hono/app.ts";
import {
  browserSession,
  type OptionalSessionEnv,
  requireRole,
  type SessionEnv,
  signInRoutes,
} from "../../../src/client/hono.ts";
import { openBrowser } from "./app-browser.ts";
import { APP, MISFORTUNES, openFakeGatehouse, PAGES } from "./fake-gatehouse.ts";

function open(brought: Record<string, string> = {}, changes: Partial<App> = {}) {
  const gatehouse = openFakeGatehouse();
  const appOf = () => ({ binding: gatehouse.binding, pages: PAGES, home: "/home", ...changes });
  const pages = new Hono<SessionEnv>()
    .use(browserSession(appOf))
    .get("/", (c) => c.text(`Hello, ${c.var.session.name}`))
    .post("/", (c) => c.text("done"))
    .get("/raw", () => new Response("raw"))
    .get("/fetched", () => fetch("data:text/plain,fetched"))
    .get("/broken", () => {
      throw new Error("broken");
    })
    .get("/says/:directives", ({ req }) => {
      const directives = decodeURIComponent(req.param("directives"));
      return new Response("", {
        headers: { "Cache-Control": directives, "CDN-Cache-Control": "public, max-age=60" },
      });
    })
    .get("/admins", requireRole("admin"), (c) => c.text("in"));
  const visitors = new Hono<OptionalSessionEnv>()
    .use(browserSession(appOf, { optional: true }))
    .on(["GET", "POST"], "/name", (c) => c.text(c.var.session?.name ?? "nobody"));
  const app = new Hono()
    .onError((error, c) => c.text(error.message, 500))
    .route("/open", visitors)
    .get("/strict", browserSession(appOf, { strict: true }), (c) => c.text(c.var.session.name))
    .get("/typed", browserSession(appOf, { optional: true }), (c) => c.text(c.var.session?.name ?? "nobody"))
    .use("/around/*", browserSession(appOf, { optional: true }))
    .route("/around", signInRoutes(appOf))
    .route("/mine", pages);
  return { gatehouse, browser: openBrowser(app, brought) };
}

const SIGNED_IN = { access: "access-1", refresh: "refresh-1" };
const REFRESHED = { access: "access-2", refresh: "refresh-2" };

describe("browserSession", () => {
  describe("succeeds", () => {
    it("hands on whose session the cookies are, and asks once", async () => {
      const { browser, gatehouse } = open(SIGNED_IN);
      const answer = await browser.ask("/mine");
      expect([answer.status, await answer.text()]).toEqual([200, "Hello, Ada"]);
      expect(gatehouse.calls).toEqual([["verifyToken", "access-1", { strict: false }]]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    it.each(["/mine", "/mine/raw", "/mine/fetched", "/mine/broken", "/mine/nowhere", "/open/name"])(
      "keeps the tokens that it refreshed, whatever answers, and lets nobody store them: %s",
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

    it("asks strictly where it is told to, after a refresh too", async () => {
      const { browser, gatehouse } = open({ access: "old", refresh: "refresh-1" });
      expect(await (await browser.ask("/strict")).text()).toBe("Ada");
      expect(gatehouse.calls.map(([name, , options]) => [name, options])).toEqual([
        ["verifyToken", { strict: true }],
        ["refreshSession", undefined],
        ["verifyToken", { strict: true }],
      ]);
    });

    it("says who is there, where that is optional, and goes on without", async () => {
      expect(await (await open(SIGNED_IN).browser.ask("/typed")).text()).toBe("Ada");
      const nobodys: Record<string, string>[] = [{}, { access: "old", refresh: "old" }];
      for (const brought of nobodys) {
        const answer = await open(brought).browser.ask("/open/name");
        expect([answer.status, await answer.text()]).toEqual([200, "nobody"]);
      }
      const { browser, gatehouse } = open(SIGNED_IN);
      gatehouse.does.verifyToken = MISFORTUNES["is not deployed"] as never;
      expect(await (await browser.ask("/open/name")).text()).toBe("nobody");
      expect(browser.kept()).toEqual(SIGNED_IN);
    });
  });

  describe("caching", () => {
    it.each([
      ["/mine", "no-store"],
      ["/mine/raw", "no-store"],
      ["/mine/says/public, max-age=60, s-maxage=600", "private, max-age=60"],
      ["/mine/says/max-age=60", "private, max-age=60"],
      ["/mine/says/private, max-age=60", "private, max-age=60"],
      ["/mine/says/no-store", "private, no-store"],
    ])("of %s is %s", async (path, expected) => {
      const answer = await open(SIGNED_IN).browser.ask(encodeURI(path));
      expect(answer.headers.get("Cache-Control")).toBe(expected);
      expect(answer.headers.get("CDN-Cache-Control")).toBeNull();
    });

    it("is none where there are new cookies, whatever the page says", async () => {
      const { browser } = open({ refresh: "refresh-1" });
      const answer = await browser.ask("/mine/says/public");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(browser.kept()).toEqual(REFRESHED);
    });
  });

  describe("refuses", () => {
    it("whoever has no session: a visit is sent to sign in, and anything else gets 401", async () => {
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
    ])("a form of the page %s, whose session has ended, and goes on at %s", async (Referer, to) => {
      const { browser } = open({ access: "old", refresh: "old" });
      const answer = await browser.post("/mine", Referer === undefined ? {} : { Referer });
      expect(answer.headers.get("Location")).toBe(`/sign-in?to=${encodeURIComponent(to)}`);
      expect(browser.kept()).toEqual({});
    });

    it("a write that does not come from a page of its own, as a page for people and in JSON", async () => {
      const { browser, gatehouse } = open(SIGNED_IN);
      const elsewhere: Record<string, string>[] = [
        { "Sec-Fetch-Site": "cross-site" },
        { Origin: "https://evil.example" },
        {},
      ];
      for (const headers of elsewhere) {
        const page = await browser.ask("/mine", { method: "POST", headers });
        expect(page.status).toBe(403);
        expect(page.headers.get("Content-Type")).toMatch(/^text\/html/);
        const text = await page.text();
        expect(text).toContain("<h1>This did not come from a page of this site.");
        expect(text).not.toMatch(/<script|<style|style=/);
        const json = await browser.ask("/mine", {
          method: "POST",
          headers: { ...headers, Accept: "*/*" },
        });
        expect([json.status, await json.json()]).toMatchObject([403, { error: { code: "csrf_failed" } }]);
        // Where it is optional, that is a write by nobody.
        const byNobody = await browser.ask("/open/name", { method: "POST", headers });
        expect(await byNobody.text()).toBe("nobody");
      }
      expect(gatehouse.calls).toEqual([]);
    });

    it("a role that is too little", async () => {
      const answer = await open(SIGNED_IN).browser.ask("/mine/admins");
      expect([answer.status, await answer.text()]).toMatchObject([
        403,
        expect.stringContaining("<h1>You may not"),
      ]);
    });
  });

  describe("when Gatehouse is not well", () => {
    it.each(Object.entries(MISFORTUNES))(
      "and %s, it is a 503 and the cookies stay",
      async (_name, misfortune) => {
        for (const [method, brought] of [
          ["verifyToken", SIGNED_IN],
          ["refreshSession", { access: "old", refresh: "refresh-1" }],
        ] as const) {
          const { browser, gatehouse } = open(brought);
          gatehouse.does[method] = misfortune;
          const page = await browser.ask("/mine");
          expect([page.status, page.headers.get("Retry-After")]).toEqual([503, "5"]);
          expect(await page.text()).toContain("<h1>The service is not available just now.");
          const json = await browser.ask("/mine", { headers: { Accept: "*/*" } });
          expect([json.status, await json.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
          expect(browser.kept()).toEqual(brought);
        }
      },
    );

    it("keeps the new tokens though nobody can say whose they are", async () => {
      const { browser, gatehouse } = open({ refresh: "refresh-1" });
      gatehouse.does.verifyToken = () => ({ ok: false, reason: "unavailable" });
      expect((await browser.ask("/mine")).status).toBe(503);
      expect(browser.kept()).toEqual(REFRESHED);
    });

    it.each([
      ["verifyToken", "forbidden"],
      ["refreshSession", "bad_request"],
    ] as const)("throws where %s says %s: that is the app's own", async (method, reason) => {
      const { browser, gatehouse } = open({ access: "old", refresh: "refresh-1" });
      gatehouse.does[method] = () => ({ ok: false, reason });
      const answer = await browser.ask("/mine");
      expect([answer.status, await answer.text()]).toMatchObject([500, expect.stringContaining(reason)]);
    });

    it("throws where there is no binding, or no address of the pages", async () => {
      const unbound = await open(SIGNED_IN, { binding: undefined }).browser.ask("/mine");
      expect([unbound.status, await unbound.text()]).toEqual([
        500,
        "binding is not there: is it in wrangler.toml?",
      ]);
      const nowhere = await open({}, { pages: undefined }).browser.ask("/mine");
      expect([nowhere.status, await nowhere.text()]).toEqual([500, "pages has to be Gatehouse's PUBLIC_URL"]);
    });
  });

  it("leaves no token behind a sign-out that it stands around", async () => {
    const { browser, gatehouse } = open({ refresh: "refresh-1" });
    const answer = await browser.post("/around/sign-out");
    expect(gatehouse.calls.at(-1)).toMatchObject(["signOut", { refreshToken: "refresh-2" }]);
    expect(browser.kept()).toEqual({});
    // One line for each: none of them has another word after it.
    expect(answer.headers.getSetCookie()).toHaveLength(2);
  });
});
