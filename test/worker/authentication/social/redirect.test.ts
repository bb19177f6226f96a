import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import {
  expectErrorResponse,
  expectSecurityHeaders,
  inParallel,
  statusCounts,
} from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { countSessions, readAllRows } from "../../../support/database-rows.ts";
import { startService } from "../../../support/service.ts";
import {
  returnFromProvider,
  signInWithBrowser,
  start,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openProviders, REDIRECTING } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const MINUTE = 60_000;

/** A new browser, and a user with an account at every provider. */
async function newVisitor(more: Parameters<typeof socialUser>[0] = {}) {
  const user = socialUser(more);
  await providers.setUser(user);
  return { user, browser: openBrowser(service) };
}

describe.each(REDIRECTING)("sign-in by redirect at %s", (id) => {
  it("creates an account and sets session cookies for a new user", async () => {
    const { user, browser } = await newVisitor();
    const answer = await signInWithBrowser(browser, id, user, "?returnTo=/welcome%3Ffrom=mail");
    expect([answer.status, answer.text]).toEqual([302, ""]);
    expect(answer.headers.get("Location")).toBe("/welcome?from=mail#");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const me = await browser.send("GET", "/me");
    expect(me.body.data).toMatchObject({ email: user.email, isVerified: id !== "facebook", name: "Ada" });
    expect(decodeJwt(browser.jar.get("__Host-gh_access") ?? "").amr).toEqual(["fed"]);
  });

  it("signs in to the same account for the same subject with another address", async () => {
    const { user, browser } = await newVisitor();
    await signInWithBrowser(browser, id, user);
    const first = (await browser.send("GET", "/me")).body.data;
    const later = { ...user, email: "moved@example.com", verified: false };
    await providers.setUser(later);
    const otherBrowser = openBrowser(service);
    await signInWithBrowser(otherBrowser, id, later);
    const second = (await otherBrowser.send("GET", "/me")).body.data;
    expect([second.id, second.email]).toEqual([first.id, user.email]);
  });

  it("opens one session for 50 concurrent replays of a callback", async () => {
    const { user, browser } = await newVisitor();
    const path = await startRedirect(browser, id, user);
    const answers = await inParallel(50, () => returnFromProvider(browser, path));
    expect(statusCounts(answers)).toEqual({ 302: 1, 400: 49 });
    expect(await countSessions(user.email)).toBe(1);
  });

  it("refuses a state in another browser and leaves it valid in its own", async () => {
    const { user, browser } = await newVisitor();
    const path = await startRedirect(browser, id, user);
    const other = openBrowser(service);
    expectErrorResponse(await returnFromProvider(other, path), 400, "token_invalid");
    await start(other, id);
    expectErrorResponse(await returnFromProvider(other, path), 400, "token_invalid");
    expect((await returnFromProvider(browser, path)).status).toBe(302);
  });

  it("refuses a callback at the endpoint of another provider", async () => {
    const { user, browser } = await newVisitor();
    const path = await startRedirect(browser, id, user);
    const otherCallback = path.replace(`/${id}/`, id === "google" ? "/oidc/" : "/google/");
    expectErrorResponse(await returnFromProvider(browser, otherCallback), 400, "token_invalid");
    expect(await countSessions(user.email)).toBe(0);
    expect((await returnFromProvider(browser, path)).status).toBe(302);
  });

  it("refuses a callback without a state, with a wrong one or after ten minutes", async () => {
    const { user } = await newVisitor();
    const later = startService({ env: providers.variables });
    const browser = openBrowser(later);
    const path = await startRedirect(browser, id, user);
    const url = new URL(path, "http://gatehouse.test");
    for (const state of ["", "x".repeat(43)]) {
      url.searchParams.set("state", state);
      expectErrorResponse(await returnFromProvider(browser, url.pathname + url.search), 400, "token_invalid");
    }
    later.clock.advance(10 * MINUTE);
    expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
  });

  it("renders a page for a user whom the provider refuses", async () => {
    const { user, browser } = await newVisitor();
    const url = new URL(await startRedirect(browser, id, user), "http://gatehouse.test");
    url.searchParams.delete("code");
    url.searchParams.set("error", "invalid_scope");
    const answer = await returnFromProvider(browser, url.pathname + url.search, {});
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([400, "text/html; charset=UTF-8"]);
    expect(answer.text).toContain("You are not signed in");
    expectSecurityHeaders(answer);
    // The page sets only the cookie for the CSRF token of its forms.
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
    expect(cookies).toEqual(["__Host-gh_csrf"]);
  });

  it("creates no account for an address that the provider has not verified", async () => {
    const { user, browser } = await newVisitor({ verified: false });
    expectErrorResponse(await signInWithBrowser(browser, id, user), 403, "email_not_verified");
    const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?")
      .bind(user.email)
      .first()) as { n: number };
    expect(n).toBe(0);
  });
});

describe("GET /social/:provider/start", () => {
  it("binds the transaction to the browser by a host-only, HttpOnly cookie", async () => {
    const { browser } = await newVisitor();
    const answer = await start(browser, "github");
    const [cookie, ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie).toMatch(
      /^__Host-gh_social=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it("sends an S256 code challenge, a state and, to OpenID providers, a nonce of 256 bits each", async () => {
    const { browser } = await newVisitor();
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

  it("creates new parameters for each request and stores none of them in plain text", async () => {
    const { browser } = await newVisitor();
    const location = new URL((await start(browser, "google")).headers.get("Location") ?? "");
    const second = new URL((await start(browser, "google")).headers.get("Location") ?? "");
    const stored = JSON.stringify((await readAllRows()).oauth_transactions);
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(second.searchParams.get(name)).not.toBe(location.searchParams.get(name));
      expect(stored).not.toContain(location.searchParams.get(name));
    }
    expect(stored).not.toContain(browser.jar.get("__Host-gh_social"));
  });

  it("supports two concurrent transactions in two tabs of one browser", async () => {
    const { user, browser } = await newVisitor();
    const first = await startRedirect(browser, "github", user, "?returnTo=/one");
    const second = await startRedirect(browser, "github", user, "?returnTo=/two");
    expect((await returnFromProvider(browser, second)).headers.get("Location")).toBe("/two#");
    const answer = await returnFromProvider(browser, first);
    // The first tab's transaction is a sign-in although the browser has a session by now.
    expect(answer.headers.get("Location")).toBe("/one#");
    expect(await countSessions(user.email)).toBe(2);
  });

  it("creates one account for two concurrent first sign-ins", async () => {
    const { user, browser } = await newVisitor();
    const other = openBrowser(service);
    const paths = [await startRedirect(browser, "github", user), await startRedirect(other, "github", user)];
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

  it("responds 404 for a provider that is off and lists the configured ones", async () => {
    const off = startService();
    expect((await off.get("/social")).body.data).toEqual([]);
    expectErrorResponse(await off.get("/social/google/start"), 404, "not_found");
    expect((await service.get("/social")).body.data).toContainEqual({ id: "oidc", name: "Example" });
    for (const id of ["__proto__", "constructor", "GOOGLE", "apple"]) {
      expectErrorResponse(await service.get(`/social/${id}/start`), 404, "not_found");
    }
  });

  it("accepts the callback after a rotation of the root secret", async () => {
    const { user, browser } = await newVisitor();
    const path = await startRedirect(browser, "google", user);
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
