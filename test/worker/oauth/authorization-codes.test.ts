import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { countSessions } from "../../support/database-rows.ts";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { CODE_CHALLENGE, CODE_VERIFIER } from "../../support/social/client-application.ts";
import { APP } from "../../support/social/providers.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
} from "../../support/users.ts";

const ALLOWED = { ALLOWED_RETURN_URLS: `${APP},https://other.example.org/` };
const service = startService({ env: ALLOWED, clock: createTestClock() });

/** A signed-in user with a code for the client application. */
async function userWithCode(more: object = {}) {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  return { email, browser, code: authorizationCodeIn(await browser.visit(clientAppUrl("/sign-in", more))) };
}

const expectInvalid = async (code: string) =>
  expectErrorResponse(await exchange(service, code), 400, "code_invalid");

describe("authorization code of a session", () => {
  it("opens one session for 50 concurrent exchanges of a session's code", async () => {
    const { email, code } = await userWithCode();
    const answers = await inParallel(50, () => exchange(service, code));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await countSessions(email)).toBe(2);
    await expectInvalid(code);
  });

  it("issues at most 20 live codes for 50 concurrent requests and more after a minute", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const requestCode = () => browser.send("GET", clientAppUrl("/sign-in"));
    const answers = await inParallel(50, requestCode);
    expect(statusCounts(answers)).toEqual({ 303: 20, 429: 30 });
    const refused = await requestCode();
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(refused.text).toContain("That was too often");
    service.clock.advance(60_000);
    expect((await requestCode()).status).toBe(303);
  });

  it("rejects a session's code after a minute", async () => {
    const { code } = await userWithCode();
    service.clock.advance(60_000);
    await expectInvalid(code);
  });

  it("accepts a code only from its origin or a server, with the right code verifier", async () => {
    const { code } = await userWithCode();
    for (const origin of [
      "https://other.example.org",
      "http://gatehouse.test",
      "null",
      `${new URL(APP).origin}.evil`,
    ]) {
      expectErrorResponse(await exchange(service, code, {}, origin), 400, "code_invalid");
    }
    for (const codeVerifier of [CODE_CHALLENGE, `${CODE_VERIFIER}x`]) {
      expectErrorResponse(await exchange(service, code, { codeVerifier }), 400, "code_invalid");
    }
    expect((await exchange(service, code, {}, null)).status).toBe(200);
  });

  it("rejects a code that was issued for another code challenge", async () => {
    const { code } = await userWithCode({ codeChallenge: "x".repeat(43) });
    await expectInvalid(code);
  });

  it("exchanges a session's code without a second factor and during a lockout", async () => {
    const clock = service.clock;
    const always = startService({ env: { ...ALLOWED, LOGIN_OTP: "always" }, clock });
    const { email, code } = await userWithCode();
    for (let guess = 0; guess < 11; guess++)
      await service.post("/login", { email, password: "a wrong guess" });
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      429,
      "too_many_attempts",
    );
    expect((await exchange(always, code)).body.data.user.email).toBe(email);
  });
});

describe("authorization code of an ended session", () => {
  it("rejects a code after its session has signed out", async () => {
    const { email, browser, code } = await userWithCode();
    const account = await browser.visit("/account");
    const [, csrf = ""] = /name="csrf" value="([^"]+)"/.exec(account.text) ?? [];
    expect((await browser.post("/sign-out", { csrf })).status).toBe(303);
    await expectInvalid(code);
    expect(await countSessions(email)).toBe(1);
  });

  it("rejects a code after sign-out everywhere, a password reset or a deactivation by an admin", async () => {
    const signedOut = await userWithCode();
    const { token } = await logIn(service, signedOut.email);
    await service.post("/logout-all", undefined, token);
    await expectInvalid(signedOut.code);

    const reset = await userWithCode();
    await service.post("/forgot-password", { email: reset.email });
    const link = await tokenMailedTo(service, reset.email);
    await service.post("/reset-password", { token: link, newPassword: "another quiet harbour" });
    await expectInvalid(reset.code);

    const deactivated = await userWithCode();
    const admin = await signedInAs(service, "admin");
    const id = await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
      .bind(deactivated.email)
      .first<string>("id");
    await service.post(`/users/${id}/deactivate`, undefined, admin.token);
    await expectInvalid(deactivated.code);
    expect(await countSessions(deactivated.email)).toBe(1);
  });

  it("rejects a code after its session has expired", async () => {
    const clock = createTestClock();
    const shortLived = startService({ env: { ...ALLOWED, REFRESH_MAX_TTL: "30" }, clock });
    const { email } = await registerVerifiedUser(shortLived);
    const browser = await signedInPageBrowser(shortLived, email);
    const code = authorizationCodeIn(await browser.visit(clientAppUrl("/sign-in")));
    clock.advance(30_000);
    expectErrorResponse(await exchange(shortLived, code), 400, "code_invalid");
  });

  it("rejects a code whose session ends between the lookup and the batch that opens the child session", async () => {
    const { email, code } = await userWithCode();
    const held = startWithHeldBatch(1, ALLOWED);
    const exchanged = exchange(held.service, code);
    await held.reached;
    await service.post("/logout-all", undefined, (await logIn(service, email)).token);
    held.release();
    expectErrorResponse(await exchanged, 400, "code_invalid");
    await expectInvalid(code);
    expect(await countSessions(email)).toBe(2);
  });
});

describe("authorization code without a session", () => {
  it("issues no code for an access cookie that holds a code", async () => {
    const { browser, code } = await userWithCode();
    for (const otherBrowser of [openPageBrowser(service), openPageBrowser(service)]) {
      otherBrowser.jar.set("__Host-gh_access", code);
      const page = await otherBrowser.visit(clientAppUrl("/sign-in"));
      expect([page.status, page.headers.get("Location")]).toEqual([200, null]);
    }
    expectErrorResponse(await service.get("/me", code), 401, "unauthorized");
    expect((await browser.visit("/account")).status).toBe(200);
  });

  it("ignores a forged pending redirect cookie", async () => {
    const { email } = await registerVerifiedUser(service);
    for (const returnTo of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
      const query = new URLSearchParams({ returnTo, codeChallenge: CODE_CHALLENGE });
      for (const value of [btoa(query.toString()).replace(/=+$/, ""), "%%%", "", "A".repeat(9000)]) {
        const browser = openPageBrowser(service);
        browser.jar.set("__Host-gh_way", value);
        const newEmail = newAddress();
        await browser.post("/sign-up", {});
        await service.post("/register", { email: newEmail, password: PASSWORD, name: "Ada" });
        const page = await browser.visit(`/verify-email?token=${await tokenMailedTo(service, newEmail)}`);
        const verified = await browser.submit(page);
        expect(verified.path).toBe("/sign-in");
      }
    }
    expect(await countSessions(email)).toBe(0);
  });

  it("rejects a code whose session does not exist", async () => {
    const { code } = await userWithCode();
    await env.DB.prepare("UPDATE authorization_codes SET session_id = 'missing' WHERE claim IS NULL").run();
    await expectInvalid(code);
  });
});
