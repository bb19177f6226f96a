import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import type { App } from "../../../src/client/hono/app.ts";
import { signInRoutes } from "../../../src/client/hono.ts";
import { openBrowser } from "./app-browser.ts";
import { APP, OUTAGES, openFakeGatehouse, PAGES } from "./fake-gatehouse.ts";

// The clock decides which attempt is the oldest.
let time = 0;
beforeEach(() => void vi.spyOn(clock, "now").mockImplementation(() => time));
afterEach(() => void vi.restoreAllMocks());

function open(initialCookies: Record<string, string> = {}, changes: Partial<App> = {}) {
  const gatehouse = openFakeGatehouse();
  const appOf = () => ({ binding: gatehouse.binding, pages: PAGES, home: "/home", ...changes });
  const app = new Hono().onError((error, c) => c.text(error.message, 500)).route("/", signInRoutes(appOf));
  const browser = openBrowser(app, initialCookies);
  /** Starts a sign-in and returns the parameters of the redirect. */
  async function startRedirect(to?: string, headers: Record<string, string> = {}) {
    time += 1000;
    const answer = await browser.ask(`/sign-in${to === undefined ? "" : `?to=${encodeURIComponent(to)}`}`, {
      headers,
    });
    return Object.fromEntries(new URL(answer.headers.get("Location") ?? "").searchParams);
  }
  const handleCallback = (state = "", code = "code") => browser.ask(`/signed-in?code=${code}&state=${state}`);
  const attempts = () => Object.keys(browser.kept()).filter((name) => name.startsWith("journey_"));
  return { gatehouse, browser, startRedirect, handleCallback, attempts };
}

const SIGNED_IN = { access: "access-1", refresh: "refresh-1" };

describe("signInRoutes", () => {
  describe("succeeds", () => {
    it("redirects to the pages and completes the callback with the matching code verifier", async () => {
      const { gatehouse, browser, startRedirect, handleCallback } = open();
      const parameters = await startRedirect("/notes?page=2");
      expect(parameters.returnTo).toBe(`${APP}/signed-in`);
      const back = await handleCallback(parameters.state);
      expect([back.status, back.headers.get("Location")]).toEqual([302, "/notes?page=2"]);
      expect(back.headers.get("Cache-Control")).toBe("no-store");
      expect(back.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(browser.kept()).toEqual(SIGNED_IN);
      const [, exchange] = gatehouse.calls[0] as [string, { codeVerifier: string }];
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(exchange.codeVerifier));
      expect(Buffer.from(digest).toString("base64url")).toBe(parameters.codeChallenge);
    });

    it("completes the attempts of several tabs in any order, also after a prefetch", async () => {
      const { browser, startRedirect, handleCallback } = open();
      const first = await startRedirect("/first");
      const second = await startRedirect("/second");
      const ahead = await startRedirect("/ahead", { "Sec-Purpose": "prefetch" });
      expect(new Set([first.state, second.state, ahead.state]).size).toBe(3);
      expect((await handleCallback(second.state)).headers.get("Location")).toBe("/second");
      expect((await handleCallback(first.state)).headers.get("Location")).toBe("/first");
      expect(Object.keys(browser.kept())).toHaveLength(3);
    });

    it("keeps at most five attempts and drops the oldest", async () => {
      const { browser, startRedirect, handleCallback, attempts } = open({ journey_odd: "odd" });
      const states: (string | undefined)[] = [];
      for (let count = 0; count < 7; count += 1) {
        states.push((await startRedirect(`/${count}`)).state);
        // A browser may send them in any order (RFC 6265 §5.4).
        const backwards = [...browser.jar].reverse();
        browser.jar.clear();
        for (const [name, value] of backwards) browser.jar.set(name, value);
      }
      expect(attempts().sort()).toEqual(
        states
          .slice(2)
          .map((state) => `journey_${state?.slice(0, 8)}`)
          .sort(),
      );
      expect((await handleCallback(states[1])).status).toBe(400);
      expect((await handleCallback(states[2])).headers.get("Location")).toBe("/2");
    });

    it("ends the session with the refresh token and redirects to the sign-out page of the service", async () => {
      const { gatehouse, browser } = open(SIGNED_IN);
      const out = await browser.post("/sign-out");
      // The allowed return URL tells the pages which app to return to.
      const signOutUrl = `${PAGES}/sign-out?returnTo=${encodeURIComponent(`${APP}/signed-in`)}`;
      expect([out.status, out.headers.get("Location")]).toEqual([303, signOutUrl]);
      expect(gatehouse.calls).toEqual([
        ["signOut", { refreshToken: "refresh-1", client: { ip: null, userAgent: null } }],
      ]);
      expect(browser.kept()).toEqual({});
    });

    it.each<Record<string, string>>([{}, { access: "access-1" }, { access: "old", refresh: "old" }])(
      "signs out without a valid refresh token: %j",
      async (cookies) => {
        const { gatehouse, browser } = open(cookies);
        gatehouse.does.signOut = () => ({ ok: false, reason: "refresh_invalid" });
        const out = await browser.post("/sign-out");
        expect(out.status).toBe(303);
        expect(browser.kept()).toEqual({});
        // Both cookies are deleted in any case: another tab may have received new ones.
        expect(out.headers.getSetCookie()).toHaveLength(2);
      },
    );
  });

  describe("refuses", () => {
    it("rejects a state that this browser did not start, without a reason", async () => {
      const { gatehouse, browser, startRedirect, handleCallback } = open();
      const { state = "" } = await startRedirect("/notes");
      const kept = browser.kept();
      // The first characters name the cookie; the whole state must match.
      for (const other of [
        "",
        "x",
        state.slice(0, 8),
        `${state}x`,
        `${state.slice(0, 8)}${"A".repeat(35)}`,
      ]) {
        const answer = await handleCallback(other);
        expect(answer.status).toBe(400);
        const text = await answer.text();
        expect(text).toContain("<h1>Sign-in failed.");
        expect(text).toContain('<a href="/sign-in?to=%2Fhome">Sign in again</a>');
        expect(text).not.toMatch(/<script|<style|style=/);
      }
      expect((await handleCallback(state, "")).status).toBe(400);
      expect(gatehouse.calls).toEqual([]);
      expect(browser.kept()).toEqual(kept);
    });

    it.each(["%", '{"state":1}', "null", '{"state":"s","verifier":"v"}'])(
      "rejects an attempt cookie with the invalid content %s",
      async (text) => {
        const { handleCallback } = open({ journey_s: encodeURIComponent(text) });
        expect((await handleCallback("s")).status).toBe(400);
      },
    );

    it.each([
      ["code_invalid", 400],
      ["second_factor_required", 400],
      ["rate_limited", 400],
      ["account_deactivated", 403],
      ["email_not_verified", 403],
    ])("ends the attempt after %s and offers to sign in again", async (reason, status) => {
      const { gatehouse, browser, startRedirect, handleCallback } = open();
      const { state } = await startRedirect("/notes?q=%22%3E");
      gatehouse.does.exchangeCode = () => ({ ok: false, reason });
      const answer = await handleCallback(state);
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
    ])("never redirects to another origin for the path %s", async (to) => {
      const { startRedirect, handleCallback } = open();
      const { state } = await startRedirect(to);
      expect((await handleCallback(state)).headers.get("Location")).toMatch(/^\/(home|evil.example)?$/);
    });

    it("rejects a sign-out from another site", async () => {
      const { gatehouse, browser } = open(SIGNED_IN);
      expect((await browser.post("/sign-out", { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
      expect((await browser.ask("/sign-out")).status).toBe(404);
      expect([gatehouse.calls, browser.kept()]).toEqual([[], SIGNED_IN]);
    });
  });

  describe("signInRoutes during an outage", () => {
    const outages = Object.entries(OUTAGES);
    it.each(outages)(
      "completes the same callback URL later when the service %s at first",
      async (_name, outage) => {
        const { gatehouse, browser, startRedirect, handleCallback } = open();
        const { state } = await startRedirect("/notes");
        const { exchangeCode } = gatehouse.does;
        gatehouse.does.exchangeCode = outage;
        const answer = await handleCallback(state);
        expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
        gatehouse.does.exchangeCode = exchangeCode;
        expect((await handleCallback(state)).headers.get("Location")).toBe("/notes");
        expect(browser.kept()).toEqual(SIGNED_IN);
      },
    );

    it.each(["is not deployed", "has no such method", "returns undefined", "returns true", "is unavailable"])(
      "keeps the cookies of a live session on sign-out when the service %s",
      async (name) => {
        const { gatehouse, browser } = open(SIGNED_IN);
        gatehouse.does.signOut = OUTAGES[name] as never;
        expect((await browser.post("/sign-out")).status).toBe(503);
        expect(browser.kept()).toEqual(SIGNED_IN);
      },
    );

    it("times out each call after five seconds", async () => {
      const never = () => new Promise(() => {});
      const { gatehouse, browser, startRedirect, handleCallback } = open(SIGNED_IN);
      const { state } = await startRedirect();
      gatehouse.does.exchangeCode = never;
      gatehouse.does.signOut = never;
      let answered = 0;
      const count = (answer: Response) => {
        answered += 1;
        return answer;
      };
      vi.useFakeTimers();
      const answers = Promise.all([handleCallback(state).then(count), browser.post("/sign-out").then(count)]);
      await vi.advanceTimersByTimeAsync(4999);
      expect(answered).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      vi.useRealTimers();
      expect((await answers).map(({ status }) => status)).toEqual([503, 503]);
      expect(browser.kept()).toMatchObject(SIGNED_IN);
    });

    it("throws when the binding is not allowed to call the method and keeps the cookies", async () => {
      const { gatehouse, browser, startRedirect, handleCallback, attempts } = open(SIGNED_IN);
      const { state } = await startRedirect();
      gatehouse.does.signOut = () => ({ ok: false, reason: "forbidden" });
      gatehouse.does.exchangeCode = () => ({ ok: false, reason: "bad_request" });
      for (const answer of [await browser.post("/sign-out"), await handleCallback(state)]) {
        expect([answer.status, await answer.text()]).toMatchObject([
          500,
          expect.stringContaining("Gatehouse rejected the call"),
        ]);
      }
      expect(browser.kept()).toMatchObject(SIGNED_IN);
      expect(attempts()).toHaveLength(1);
    });

    it("throws on every route without a binding", async () => {
      const { browser } = open(SIGNED_IN, { binding: undefined });
      for (const answer of [
        await browser.ask("/sign-in"),
        await browser.ask("/signed-in?code=code&state=s"),
        await browser.post("/sign-out"),
      ]) {
        expect(await answer.text()).toBe("The service binding is undefined. Add it to wrangler.toml.");
      }
      expect(browser.kept()).toEqual(SIGNED_IN);
    });
  });
});
