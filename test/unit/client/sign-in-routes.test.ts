import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import type { App } from "../../../src/client/hono/app.ts";
import { signInRoutes } from "../../../src/client/hono.ts";
import { openBrowser } from "./app-browser.ts";
import { APP, MISFORTUNES, openFakeGatehouse, PAGES } from "./fake-gatehouse.ts";

// Of several ways, which one is older is a matter of the clock.
let time = 0;
beforeEach(() => void vi.spyOn(clock, "now").mockImplementation(() => time));
afterEach(() => void vi.restoreAllMocks());

function open(brought: Record<string, string> = {}, changes: Partial<App> = {}) {
  const gatehouse = openFakeGatehouse();
  const appOf = () => ({ binding: gatehouse.binding, pages: PAGES, home: "/home", ...changes });
  const app = new Hono().onError((error, c) => c.text(error.message, 500)).route("/", signInRoutes(appOf));
  const browser = openBrowser(app, brought);
  /** Sets out, and says what the pages would be asked. */
  async function startRedirect(to?: string, headers: Record<string, string> = {}) {
    time += 1000;
    const answer = await browser.ask(`/sign-in${to === undefined ? "" : `?to=${encodeURIComponent(to)}`}`, {
      headers,
    });
    return Object.fromEntries(new URL(answer.headers.get("Location") ?? "").searchParams);
  }
  const comeBack = (state = "", code = "code") => browser.ask(`/signed-in?code=${code}&state=${state}`);
  const journeys = () => Object.keys(browser.kept()).filter((name) => name.startsWith("journey_"));
  return { gatehouse, browser, startRedirect, comeBack, journeys };
}

const SIGNED_IN = { access: "access-1", refresh: "refresh-1" };

describe("signInRoutes", () => {
  describe("succeeds", () => {
    it("sends a browser to the pages and takes it back, with a verifier that fits", async () => {
      const { gatehouse, browser, startRedirect, comeBack } = open();
      const asked = await startRedirect("/notes?page=2");
      expect(asked.returnTo).toBe(`${APP}/signed-in`);
      const back = await comeBack(asked.state);
      expect([back.status, back.headers.get("Location")]).toEqual([302, "/notes?page=2"]);
      expect(back.headers.get("Cache-Control")).toBe("no-store");
      expect(back.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(browser.kept()).toEqual(SIGNED_IN);
      const [, exchange] = gatehouse.calls[0] as [string, { codeVerifier: string }];
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(exchange.codeVerifier));
      expect(Buffer.from(digest).toString("base64url")).toBe(asked.codeChallenge);
    });

    it("takes tabs back in any order, and a page fetched ahead disturbs none of them", async () => {
      const { browser, startRedirect, comeBack } = open();
      const first = await startRedirect("/first");
      const second = await startRedirect("/second");
      const ahead = await startRedirect("/ahead", { "Sec-Purpose": "prefetch" });
      expect(new Set([first.state, second.state, ahead.state]).size).toBe(3);
      expect((await comeBack(second.state)).headers.get("Location")).toBe("/second");
      expect((await comeBack(first.state)).headers.get("Location")).toBe("/first");
      expect(Object.keys(browser.kept())).toHaveLength(3);
    });

    it("keeps five ways at most, and gives up the oldest", async () => {
      const { browser, startRedirect, comeBack, journeys } = open({ journey_odd: "odd" });
      const states: (string | undefined)[] = [];
      for (let count = 0; count < 7; count += 1) {
        states.push((await startRedirect(`/${count}`)).state);
        // A browser may send them in any order (RFC 6265 §5.4).
        const backwards = [...browser.jar].reverse();
        browser.jar.clear();
        for (const [name, value] of backwards) browser.jar.set(name, value);
      }
      expect(journeys().sort()).toEqual(
        states
          .slice(2)
          .map((state) => `journey_${state?.slice(0, 8)}`)
          .sort(),
      );
      expect((await comeBack(states[1])).status).toBe(400);
      expect((await comeBack(states[2])).headers.get("Location")).toBe("/2");
    });

    it("ends the session by the refresh token alone, and leads to where the other one can be ended", async () => {
      const { gatehouse, browser } = open(SIGNED_IN);
      const out = await browser.post("/sign-out");
      // By its listed address the pages know the app that they lead back to.
      const signOutUrl = `${PAGES}/sign-out?returnTo=${encodeURIComponent(`${APP}/signed-in`)}`;
      expect([out.status, out.headers.get("Location")]).toEqual([303, signOutUrl]);
      expect(gatehouse.calls).toEqual([
        ["signOut", { refreshToken: "refresh-1", client: { ip: null, userAgent: null } }],
      ]);
      expect(browser.kept()).toEqual({});
    });

    it.each<Record<string, string>>([{}, { access: "access-1" }, { access: "old", refresh: "old" }])(
      "signs out who has nothing to go on with: %j",
      async (brought) => {
        const { gatehouse, browser } = open(brought);
        gatehouse.does.signOut = () => ({ ok: false, reason: "refresh_invalid" });
        const out = await browser.post("/sign-out");
        expect(out.status).toBe(303);
        expect(browser.kept()).toEqual({});
        // Said whatever the browser has brought: another tab may have had new ones meanwhile.
        expect(out.headers.getSetCookie()).toHaveLength(2);
      },
    );
  });

  describe("refuses", () => {
    it("what this browser has not set out for, and says nothing of why", async () => {
      const { gatehouse, browser, startRedirect, comeBack } = open();
      const { state = "" } = await startRedirect("/notes");
      const kept = browser.kept();
      // The first characters name the cookie; they are not enough.
      for (const other of [
        "",
        "x",
        state.slice(0, 8),
        `${state}x`,
        `${state.slice(0, 8)}${"A".repeat(35)}`,
      ]) {
        const answer = await comeBack(other);
        expect(answer.status).toBe(400);
        const text = await answer.text();
        expect(text).toContain("<h1>Signing in did not work.");
        expect(text).toContain('<a href="/sign-in?to=%2Fhome">Sign in again</a>');
        expect(text).not.toMatch(/<script|<style|style=/);
      }
      expect((await comeBack(state, "")).status).toBe(400);
      expect(gatehouse.calls).toEqual([]);
      expect(browser.kept()).toEqual(kept);
    });

    it.each(["%", '{"state":1}', "null", '{"state":"s","verifier":"v"}'])(
      "a way that is garbage: %s",
      async (text) => {
        const { comeBack } = open({ journey_s: encodeURIComponent(text) });
        expect((await comeBack("s")).status).toBe(400);
      },
    );

    it.each([
      ["code_invalid", 400],
      ["second_factor_required", 400],
      ["rate_limited", 400],
      ["account_deactivated", 403],
      ["email_not_verified", 403],
    ])("%s, with a page and a way to try again, and ends this one", async (reason, status) => {
      const { gatehouse, browser, startRedirect, comeBack } = open();
      const { state } = await startRedirect("/notes?q=%22%3E");
      gatehouse.does.exchangeCode = () => ({ ok: false, reason });
      const answer = await comeBack(state);
      expect(answer.status).toBe(status);
      const text = await answer.text();
      expect(text).toContain(`href="/sign-in?to=${encodeURIComponent("/notes?q=%22%3E")}"`);
      expect(text).not.toContain(reason);
      expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(browser.kept()).toEqual({});
    });

    it.each([
      `/${"x".repeat(1024)}`,
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "javascript:1",
      "",
    ])("to go on at %s", async (to) => {
      const { startRedirect, comeBack } = open();
      const { state } = await startRedirect(to);
      expect((await comeBack(state)).headers.get("Location")).toMatch(/^\/(home|evil.example)?$/);
    });

    it("to sign out for a page of another site", async () => {
      const { gatehouse, browser } = open(SIGNED_IN);
      expect((await browser.post("/sign-out", { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
      expect((await browser.ask("/sign-out")).status).toBe(404);
      expect([gatehouse.calls, browser.kept()]).toEqual([[], SIGNED_IN]);
    });
  });

  describe("when Gatehouse is not well", () => {
    const ofTokens = Object.entries(MISFORTUNES);
    it.each(ofTokens)("and %s, the same address leads in once it is", async (_name, misfortune) => {
      const { gatehouse, browser, startRedirect, comeBack } = open();
      const { state } = await startRedirect("/notes");
      const { exchangeCode } = gatehouse.does;
      gatehouse.does.exchangeCode = misfortune;
      const answer = await comeBack(state);
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
      gatehouse.does.exchangeCode = exchangeCode;
      expect((await comeBack(state)).headers.get("Location")).toBe("/notes");
      expect(browser.kept()).toEqual(SIGNED_IN);
    });

    it.each(["is not deployed", "has no such method", "says nothing", "says yes", "is unavailable"])(
      "and %s, nobody looks signed out whose session lives on",
      async (name) => {
        const { gatehouse, browser } = open(SIGNED_IN);
        gatehouse.does.signOut = MISFORTUNES[name] as never;
        expect((await browser.post("/sign-out")).status).toBe(503);
        expect(browser.kept()).toEqual(SIGNED_IN);
      },
    );

    it("waits five seconds for each, and no longer", async () => {
      const never = () => new Promise(() => {});
      const { gatehouse, browser, startRedirect, comeBack } = open(SIGNED_IN);
      const { state } = await startRedirect();
      gatehouse.does.exchangeCode = never;
      gatehouse.does.signOut = never;
      let answered = 0;
      const count = (answer: Response) => {
        answered += 1;
        return answer;
      };
      vi.useFakeTimers();
      const answers = Promise.all([comeBack(state).then(count), browser.post("/sign-out").then(count)]);
      await vi.advanceTimersByTimeAsync(4999);
      expect(answered).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      vi.useRealTimers();
      expect((await answers).map(({ status }) => status)).toEqual([503, 503]);
      expect(browser.kept()).toMatchObject(SIGNED_IN);
    });

    it("throws for what the binding may not do, and signs nobody out", async () => {
      const { gatehouse, browser, startRedirect, comeBack, journeys } = open(SIGNED_IN);
      const { state } = await startRedirect();
      gatehouse.does.signOut = () => ({ ok: false, reason: "forbidden" });
      gatehouse.does.exchangeCode = () => ({ ok: false, reason: "bad_request" });
      for (const answer of [await browser.post("/sign-out"), await comeBack(state)]) {
        expect([answer.status, await answer.text()]).toMatchObject([
          500,
          expect.stringContaining("Gatehouse does not take this app's question"),
        ]);
      }
      expect(browser.kept()).toMatchObject(SIGNED_IN);
      expect(journeys()).toHaveLength(1);
    });

    it("throws where there is no binding", async () => {
      const { browser } = open(SIGNED_IN, { binding: undefined });
      for (const answer of [
        await browser.ask("/sign-in"),
        await browser.ask("/signed-in?code=code&state=s"),
        await browser.post("/sign-out"),
      ]) {
        expect(await answer.text()).toBe("binding is not there: is it in wrangler.toml?");
      }
      expect(browser.kept()).toEqual(SIGNED_IN);
    });
  });
});
