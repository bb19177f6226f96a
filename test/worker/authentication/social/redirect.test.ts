import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { expectRefusal, expectSecurityHeaders } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import {
  returnFromProvider,
  signInWithBrowser,
  start,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openProviders, REDIRECTING } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { allRows, sessionsOf } from "../../../support/tables.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const MINUTE = 60_000;

/** Somebody who is known to all providers of these tests as the same person. */
async function visitor(more: Parameters<typeof socialUser>[0] = {}) {
  const person = socialUser(more);
  await providers.be(person);
  return { person, browser: openBrowser(service) };
}

describe.each(REDIRECTING)("sign-in by redirect at %s", (id) => {
  describe("succeeds", () => {
    it("with an account and a session in cookies, for somebody new", async () => {
      const { person, browser } = await visitor();
      const answer = await signInWithBrowser(browser, id, person, "?returnTo=/welcome%3Ffrom=mail");
      expect([answer.status, answer.text]).toEqual([302, ""]);
      expect(answer.headers.get("Location")).toBe("http://gatehouse.test/welcome?from=mail");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      const me = await browser.send("GET", "/me");
      expect(me.body.data).toMatchObject({ email: person.email, isVerified: true, name: "Ada" });
      expect(decodeJwt(browser.jar.get("__Host-gh_access") ?? "").amr).toEqual(["fed"]);
    });

    it("with the same account for the same identity, whatever its address is now", async () => {
      const { person, browser } = await visitor();
      await signInWithBrowser(browser, id, person);
      const first = (await browser.send("GET", "/me")).body.data;
      const later = { ...person, email: "moved@example.com", verified: false };
      await providers.be(later);
      const again = openBrowser(service);
      await signInWithBrowser(again, id, later);
      const second = (await again.send("GET", "/me")).body.data;
      expect([second.id, second.email]).toEqual([first.id, person.email]);
    });
  });

  describe("refuses", () => {
    it("a callback that is replayed 50 times at once: one session", async () => {
      const { person, browser } = await visitor();
      const path = await startRedirect(browser, id, person);
      const answers = await inParallel(50, () => returnFromProvider(browser, path));
      expect(statusCounts(answers)).toEqual({ 302: 1, 400: 49 });
      expect(await sessionsOf(person.email)).toBe(1);
    });

    it("a state from another browser, which leaves it good in its own", async () => {
      const { person, browser } = await visitor();
      const path = await startRedirect(browser, id, person);
      const other = openBrowser(service);
      expectRefusal(await returnFromProvider(other, path), 400, "token_invalid");
      await start(other, id);
      expectRefusal(await returnFromProvider(other, path), 400, "token_invalid");
      expect((await returnFromProvider(browser, path)).status).toBe(302);
    });

    it("a callback that is delivered to another provider", async () => {
      const { person, browser } = await visitor();
      const path = await startRedirect(browser, id, person);
      const elsewhere = path.replace(`/${id}/`, id === "google" ? "/oidc/" : "/google/");
      expectRefusal(await returnFromProvider(browser, elsewhere), 400, "token_invalid");
      expect(await sessionsOf(person.email)).toBe(0);
      expect((await returnFromProvider(browser, path)).status).toBe(302);
    });

    it("a callback without a state, with another one, and one that comes after ten minutes", async () => {
      const { person } = await visitor();
      const later = startService({ env: providers.variables });
      const browser = openBrowser(later);
      const path = await startRedirect(browser, id, person);
      const url = new URL(path, "http://gatehouse.test");
      for (const state of ["", "x".repeat(43)]) {
        url.searchParams.set("state", state);
        expectRefusal(await returnFromProvider(browser, url.pathname + url.search), 400, "token_invalid");
      }
      later.clock.advance(10 * MINUTE);
      expectRefusal(await returnFromProvider(browser, path), 400, "token_invalid");
    });

    it("a person who says no at the provider, with a page that says so", async () => {
      const { person, browser } = await visitor();
      const url = new URL(await startRedirect(browser, id, person), "http://gatehouse.test");
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
      const answer = await returnFromProvider(browser, url.pathname + url.search, {});
      expect([answer.status, answer.headers.get("Content-Type")]).toEqual([400, "text/html; charset=UTF-8"]);
      expect(answer.text).toContain("You are not signed in");
      expectSecurityHeaders(answer);
      // A page has forms, and so a cookie for their token; and no other.
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
      expect(cookies).toEqual(["__Host-gh_csrf"]);
    });

    it("an address that the provider has not verified", async () => {
      const { person, browser } = await visitor({ verified: false });
      expectRefusal(await signInWithBrowser(browser, id, person), 403, "email_not_verified");
      const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?")
        .bind(person.email)
        .first()) as { n: number };
      expect(n).toBe(0);
    });
  });
});

describe("the way to a provider", () => {
  it("is bound to the browser by a cookie that no other host can plant and no script can read", async () => {
    const { browser } = await visitor();
    const answer = await start(browser, "github");
    const [cookie, ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie).toMatch(
      /^__Host-gh_social=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it("asks for a code with PKCE by S256, a state and, of OpenID providers, a nonce of 256 bits each", async () => {
    const { browser } = await visitor();
    for (const id of REDIRECTING) {
      const location = (await start(browser, id)).headers.get("Location") ?? "";
      const query = Object.fromEntries(new URL(location).searchParams);
      expect(query).toMatchObject({
        response_type: "code",
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: "S256",
        state: expect.stringMatching(/^[\w-]{43}$/),
        redirect_uri: `http://gatehouse.test/api/auth/social/${id}/callback`,
      });
      const isOpenId = id === "google" || id === "oidc";
      expect(query.nonce ?? "").toMatch(isOpenId ? /^[\w-]{43}$/ : /^$/);
    }
  });

  it("is different each time, and stores nothing that a copy of the database could use", async () => {
    const { browser } = await visitor();
    const location = new URL((await start(browser, "google")).headers.get("Location") ?? "");
    const again = new URL((await start(browser, "google")).headers.get("Location") ?? "");
    const stored = JSON.stringify((await allRows()).oauth_transactions);
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(again.searchParams.get(name)).not.toBe(location.searchParams.get(name));
      expect(stored).not.toContain(location.searchParams.get(name));
    }
    expect(stored).not.toContain(browser.jar.get("__Host-gh_social"));
  });

  it("can be gone twice at once, in two tabs of one browser", async () => {
    const { person, browser } = await visitor();
    const first = await startRedirect(browser, "github", person, "?returnTo=/one");
    const second = await startRedirect(browser, "github", person, "?returnTo=/two");
    expect((await returnFromProvider(browser, second)).headers.get("Location")).toBe(
      "http://gatehouse.test/two",
    );
    const answer = await returnFromProvider(browser, first);
    // The first tab finds a session by now, but did not set out from one.
    expect(answer.headers.get("Location")).toBe("http://gatehouse.test/one");
    expect(await sessionsOf(person.email)).toBe(2);
  });

  it("makes one account of two first visits at once", async () => {
    const { person, browser } = await visitor();
    const other = openBrowser(service);
    const paths = [
      await startRedirect(browser, "github", person),
      await startRedirect(other, "github", person),
    ];
    const answers = await Promise.all([
      returnFromProvider(browser, paths[0] ?? ""),
      returnFromProvider(other, paths[1] ?? ""),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([302, 302]);
    const ids = [await browser.send("GET", "/me"), await other.send("GET", "/me")].map(
      ({ body }) => body.data.id,
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it("is not there for a provider that is off, and the list names those that are on", async () => {
    const off = startService();
    expect((await off.get("/social")).body.data).toEqual([]);
    expectRefusal(await off.get("/social/google/start"), 404, "not_found");
    expect((await service.get("/social")).body.data).toContainEqual({ id: "oidc", name: "Example" });
    for (const id of ["__proto__", "constructor", "GOOGLE", "apple"]) {
      expectRefusal(await service.get(`/social/${id}/start`), 404, "not_found");
    }
  });

  it("goes on when the root secret is changed meanwhile", async () => {
    const { person, browser } = await visitor();
    const path = await startRedirect(browser, "google", person);
    const rotated = startService({
      env: {
        ...providers.variables,
        AUTH_SECRET: "the next root secret, of 32 bytes or more",
        AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
      },
    });
    const cookie = `__Host-gh_social=${browser.jar.get("__Host-gh_social")}`;
    const answer = await rotated.call("GET", `/api/auth${path}`, undefined, undefined, { Cookie: cookie });
    expect(answer.status).toBe(302);
  });
});
