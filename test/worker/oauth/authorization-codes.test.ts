import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { signedInAs } from "../../support/admins.ts";
import { codeIn, exchange, fromApp } from "../../support/app-pages.ts";
import { startHeld } from "../../support/held-d1.ts";
import { openPages, signedInPages } from "../../support/pages.ts";
import { inParallel, statusCounts } from "../../support/parallel.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { CHALLENGE, VERIFIER } from "../../support/social/app.ts";
import { APP } from "../../support/social/providers.ts";
import { sessionsOf } from "../../support/tables.ts";
import { logIn, member, newAddress, PASSWORD, tokenMailedTo } from "../../support/users.ts";

const ALLOWED = { ALLOWED_RETURN_URLS: `${APP},https://other.example.org/` };
const service = startService({ env: ALLOWED, clock: createTestClock() });

/** Somebody who has signed in here, on their way to the app. */
async function throwNetworkError(more: object = {}) {
  const { email } = await member(service);
  const browser = await signedInPages(service, email);
  return { email, browser, code: codeIn(await browser.visit(fromApp("/sign-in", more))) };
}

const isDead = async (code: string) => expectRefusal(await exchange(service, code), 400, "code_invalid");

describe("a code of the sign-in page", () => {
  it("is good once: of 50 exchanges at once, one session", async () => {
    const { email, code } = await throwNetworkError();
    const answers = await inParallel(50, () => exchange(service, code));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await sessionsOf(email)).toBe(2);
    await isDead(code);
  });

  it("waits with nineteen others at most: of 50 at once, twenty are given, and a minute later more", async () => {
    const { email } = await member(service);
    const browser = await signedInPages(service, email);
    const ask = () => browser.send("GET", fromApp("/sign-in"));
    const answers = await inParallel(50, ask);
    expect(statusCounts(answers)).toEqual({ 303: 20, 429: 30 });
    const refused = await ask();
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(refused.text).toContain("That was too often");
    service.clock.advance(60_000);
    expect((await ask()).status).toBe(303);
  });

  it("is good for a minute", async () => {
    const { code } = await throwNetworkError();
    service.clock.advance(60_000);
    await isDead(code);
  });

  it("is good for its origin and its secret alone, or for the app's own server", async () => {
    const { code } = await throwNetworkError();
    for (const origin of [
      "https://other.example.org",
      "http://gatehouse.test",
      "null",
      `${new URL(APP).origin}.evil`,
    ]) {
      expectRefusal(await exchange(service, code, {}, origin), 400, "code_invalid");
    }
    for (const codeVerifier of [CHALLENGE, `${VERIFIER}x`]) {
      expectRefusal(await exchange(service, code, { codeVerifier }), 400, "code_invalid");
    }
    expect((await exchange(service, code, {}, null)).status).toBe(200);
  });

  it("is bound to the challenge that it set out with: another's, slipped in, opens nothing", async () => {
    const { code } = await throwNetworkError({ codeChallenge: "x".repeat(43) });
    await isDead(code);
  });

  it("asks for nothing that was settled here: no second step, and no lock of other people's guesses", async () => {
    const clock = service.clock;
    const always = startService({ env: { ...ALLOWED, LOGIN_OTP: "always" }, clock });
    const { email, code } = await throwNetworkError();
    for (let guess = 0; guess < 11; guess++)
      await service.post("/login", { email, password: "a wrong guess" });
    expectRefusal(await service.post("/login", { email, password: PASSWORD }), 429, "too_many_attempts");
    expect((await exchange(always, code)).body.data.user.email).toBe(email);
  });
});

describe("it dies with the session that it was given to", () => {
  it("when that signs out", async () => {
    const { email, browser, code } = await throwNetworkError();
    const account = await browser.visit("/account");
    const [, csrf = ""] = /name="csrf" value="([^"]+)"/.exec(account.text) ?? [];
    expect((await browser.post("/sign-out", { csrf })).status).toBe(303);
    await isDead(code);
    expect(await sessionsOf(email)).toBe(1);
  });

  it("when all are signed out, the password is reset, or an admin deactivates the account", async () => {
    const everywhere = await throwNetworkError();
    const { token } = await logIn(service, everywhere.email);
    await service.post("/logout-all", undefined, token);
    await isDead(everywhere.code);

    const reset = await throwNetworkError();
    await service.post("/forgot-password", { email: reset.email });
    const link = await tokenMailedTo(service, reset.email);
    await service.post("/reset-password", { token: link, newPassword: "another quiet harbour" });
    await isDead(reset.code);

    const closed = await throwNetworkError();
    const admin = await signedInAs(service, "admin");
    const id = await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
      .bind(closed.email)
      .first<string>("id");
    await service.post(`/users/${id}/deactivate`, undefined, admin.token);
    await isDead(closed.code);
    expect(await sessionsOf(closed.email)).toBe(1);
  });

  it("when it has run out", async () => {
    const clock = createTestClock();
    const brief = startService({ env: { ...ALLOWED, REFRESH_MAX_TTL: "30" }, clock });
    const { email } = await member(brief);
    const browser = await signedInPages(brief, email);
    const code = codeIn(await browser.visit(fromApp("/sign-in")));
    clock.advance(30_000);
    expectRefusal(await exchange(brief, code), 400, "code_invalid");
  });

  it("even when it ends between the look at the code and the batch that opens the app's session", async () => {
    const { email, code } = await throwNetworkError();
    const held = startHeld(1, ALLOWED);
    const traded = exchange(held.service, code);
    await held.reached;
    await service.post("/logout-all", undefined, (await logIn(service, email)).token);
    held.letGo();
    expectRefusal(await traded, 400, "code_invalid");
    await isDead(code);
    expect(await sessionsOf(email)).toBe(2);
  });
});

describe("nobody else gets one", () => {
  it("without a session, with somebody else's cookies gone bad, or with a code in its place", async () => {
    const { browser, code } = await throwNetworkError();
    for (const stranger of [openPages(service), openPages(service)]) {
      stranger.jar.set("__Host-gh_access", code);
      const page = await stranger.visit(fromApp("/sign-in"));
      expect([page.status, page.headers.get("Location")]).toEqual([200, null]);
    }
    expectRefusal(await service.get("/me", code), 401, "unauthorized");
    expect((await browser.visit("/account")).status).toBe(200);
  });

  it("by a cookie of the way that somebody wrote themselves", async () => {
    const { email } = await member(service);
    for (const returnTo of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
      const query = new URLSearchParams({ returnTo, codeChallenge: CHALLENGE });
      for (const value of [btoa(query.toString()).replace(/=+$/, ""), "%%%", "", "A".repeat(9000)]) {
        const browser = openPages(service);
        browser.jar.set("__Host-gh_way", value);
        const fresh = newAddress();
        await browser.post("/sign-up", {});
        await service.post("/register", { email: fresh, password: PASSWORD, name: "Ada" });
        const page = await browser.visit(`/verify-email?token=${await tokenMailedTo(service, fresh)}`);
        const verified = await browser.submit(page);
        expect(verified.path).toBe("/sign-in");
      }
    }
    expect(await sessionsOf(email)).toBe(0);
  });

  it("by a code whose session is not there", async () => {
    const { code } = await throwNetworkError();
    await env.DB.prepare("UPDATE authorization_codes SET session_id = 'nobody' WHERE claim IS NULL").run();
    await isDead(code);
  });
});
