import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import instructions from "../../docs/rotation.md?raw";
import { describeSecrets, readSecrets } from "../../scripts/admin/secrets.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/clock.ts";
import { openBrowser, signedInBrowser } from "../support/browser.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import { markDeviceAsKnown, requestPhoneCode, startSecondFactor } from "../support/one-time-codes.ts";
import {
  deliveryAttemptsOf,
  EVERY_HOUR,
  EVERY_MINUTE,
  startWithProvider,
  status,
} from "../support/outbox.ts";
import { signedInPageBrowser } from "../support/pages.ts";
import {
  NEW_SECRET,
  OLD_SECRET,
  openMixedBrowser,
  openMixedRpcClient,
  secretIdOf,
  startRotatingService,
} from "../support/rotating-secret.ts";
import { createTestClock, startService } from "../support/service.ts";
import { returnFromProvider, startRedirect } from "../support/social/browser-flow.ts";
import { openProviders } from "../support/social/providers.ts";
import { socialUser } from "../support/social/users.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  registerVerifyAndLogIn,
  tokenMailedTo,
} from "../support/users.ts";

// Each cron run logs a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

const REFRESH_IDLE_TTL = 7 * DAY;
const secretsAt = (clock: { now(): number }) => readSecrets({ d1: env.DB, clock });

describe("rotation of AUTH_SECRET by the steps of docs/rotation.md", () => {
  it("keeps bearer sessions, cookie sessions and open page forms valid across a rotation", async () => {
    const { service, deploy } = startRotatingService();
    const bearer = await registerVerifyAndLogIn(service);
    const browser = await signedInBrowser(service, (await registerAndVerify(service)).email);
    const pages = await signedInPageBrowser(service, (await registerAndVerify(service)).email);
    const form = await pages.visit("/account/profile");
    deploy("announced");
    deploy("switched");
    expect((await service.get("/me", bearer.token)).status).toBe(200);
    expect((await service.post("/refresh", { refreshToken: bearer.refreshToken })).status).toBe(200);
    const headers = { "X-CSRF-Token": browser.token };
    expect((await browser.send("PATCH", "/me", { name: "Grace" }, headers)).status).toBe(200);
    expect((await browser.send("POST", "/refresh", undefined, headers)).status).toBe(200);
    const posted = await pages.press(form, { name: "Grace" });
    expect([posted.status, posted.headers.get("Location")]).toEqual([303, "/account"]);
  });

  it("keeps a page session without an access cookie valid across a rotation", async () => {
    const { service, deploy } = startRotatingService();
    const pages = await signedInPageBrowser(service, (await registerAndVerify(service)).email);
    pages.jar.delete("__Host-gh_access");
    deploy("switched");
    const page = await pages.visit("/account");
    expect([page.path, page.status]).toEqual(["/account", 200]);
  });

  it("keeps email tokens, emailed and texted codes, and known devices valid across a rotation", async () => {
    const { service, deploy, at } = startRotatingService();
    const unverified = await register(service);
    const resetUser = await registerAndVerify(service);
    await service.post("/forgot-password", { email: resetUser.email });
    const reset = await tokenMailedTo(service, resetUser.email);
    const otpUser = await registerVerifyAndLogIn(service);
    await markDeviceAsKnown(otpUser.token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, otpUser.token);
    const challenge = await startSecondFactor(service, otpUser.email);
    const caller = await registerVerifyAndLogIn(service);
    const phoneChallenge = await requestPhoneCode(service, caller.token);
    const knownDeviceUser = await registerAndVerify(service);
    const { deviceToken } = (
      await service.post("/login", { email: knownDeviceUser.email, password: PASSWORD })
    ).body.data;
    deploy("announced");
    deploy("switched");
    const verified = await service.post("/verify-email", {
      token: await tokenMailedTo(service, unverified.email),
    });
    expect(verified.status).toBe(200);
    const body = { token: reset, newPassword: "a second lighthouse 8" };
    expect((await service.post("/reset-password", body)).status).toBe(200);
    expect((await service.post("/login/otp", challenge)).status).toBe(200);
    const phoneAnswer = { challengeId: phoneChallenge.challengeId, code: phoneChallenge.code };
    expect((await service.post("/me/phone/verify", phoneAnswer, caller.token)).status).toBe(200);
    const otpService = startService({
      clock: service.clock,
      env: { ...at.switched.env, LOGIN_OTP: "new_device" },
    });
    const signIn = { email: knownDeviceUser.email, password: PASSWORD };
    const again = await otpService.post("/login", { ...signIn, deviceToken });
    expect(again.body.data.token).toEqual(expect.any(String));
    expect((await otpService.post("/login", signIn)).body.data.otpRequired).toBe(true);
  });

  it("keeps a pending social sign-in and a CAPTCHA proof valid across a rotation", async () => {
    const providers = openProviders();
    const captcha = openLoopback();
    await captcha.answer({
      kind: "respond",
      status: 200,
      body: JSON.stringify({ success: true, hostname: "gatehouse.test" }),
    });
    const { service, deploy } = startRotatingService({
      ...providers.variables,
      CAPTCHA_PROVIDER: "recaptcha-v2",
      CAPTCHA_SITE_KEY: "site",
      CAPTCHA_SECRET: "secret",
      CAPTCHA_API_BASE: captcha.url,
    });
    const browser = openBrowser(service);
    const callback = await startRedirect(browser, "google", socialUser());
    const { humanProof } = (await service.post("/captcha/verify", { token: "a widget's token" })).body.data;
    deploy("announced");
    deploy("switched");
    const returned = await returnFromProvider(browser, callback);
    expect([returned.status, browser.jar.has("__Host-gh_access")]).toEqual([302, true]);
    const { answer } = await register(service, newAddress(), { captchaToken: humanProof });
    expect(answer.status).toBe(201);
  });

  it("delivers mail queued before a rotation, with a link that works", async () => {
    const clock = createTestClock();
    const failing = startWithProvider(clock);
    await failing.provider.answer(status(500));
    const { email } = await register(failing.service);
    const switched = { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: OLD_SECRET };
    const { service, provider } = startWithProvider(clock, switched);
    await provider.answer(status(200));
    clock.advance(HOUR);
    await service.runCron(EVERY_MINUTE);
    const sent = deliveryAttemptsOf(await provider.requests()).find(({ to }) => to === email);
    const [, token] = /[?&]token=([\w-]+)/.exec(sent?.text ?? "") ?? [];
    expect((await service.post("/verify-email", { token })).status).toBe(200);
  });

  it.each([
    ["before", "announced"],
    ["announced", "switched"],
    ["switched", "after"],
  ] as const)(
    "keeps all users signed in while isolates with the secrets of %s and of %s alternate",
    async (first, second) => {
      const { at, clock } = startRotatingService();
      const { email } = await registerAndVerify(at[first]);
      const sessions = [await logIn(at[first], email), await logIn(at[second], email)];
      const browser = openMixedBrowser(at[first]);
      await browser.signIn(email);
      const signIn = { email, password: PASSWORD, audience: "app" };
      const app = openMixedRpcClient((await at[second].post("/login", signIn)).body.data);
      for (let minute = 0; minute < 6; minute++) {
        clock.advance(MINUTE);
        for (const [index, session] of sessions.entries()) {
          const isolate = at[(minute + index) % 2 === 0 ? second : first];
          expect((await isolate.get("/me", session.token)).status).toBe(200);
          const refreshed = await isolate.post("/refresh", { refreshToken: session.refreshToken });
          expect(refreshed.status).toBe(200);
          sessions[index] = refreshed.body.data;
        }
        // Each isolate must read the cookies, CSRF tokens and refresh tokens that the other wrote.
        for (const isolate of [at[second], at[first]]) {
          await browser.useAndRefresh(isolate);
          await app.useAndRefresh(isolate);
        }
        expect(
          (await at[minute % 2 === 0 ? first : second].post("/login", { email, password: PASSWORD })).status,
        ).toBe(200);
        await at[minute % 2 === 0 ? second : first].runCron(EVERY_HOUR);
      }
    },
  );

  it("refuses a refresh token of the new secret on an isolate that was deployed without it", async () => {
    const { at } = startRotatingService();
    const { email } = await registerAndVerify(at.before);
    const { refreshToken } = await logIn(at.switched, email);
    expect((await at.before.post("/refresh", { refreshToken })).status).toBe(401);
    expect((await at.announced.post("/refresh", { refreshToken })).status).toBe(200);
  });

  it("writes with the new secret only and reports when no data depends on the old secret", async () => {
    const { service, deploy, clock } = startRotatingService();
    const [oldName, newName] = await Promise.all([secretIdOf(OLD_SECRET), secretIdOf(NEW_SECRET)]);
    await env.DB.batch(
      ["accounts", "sessions", "outbox", "signing_keys", "oauth_transactions"].map((table) =>
        env.DB.prepare(`DELETE FROM ${table}`),
      ),
    );
    const [active, absent] = [await registerVerifyAndLogIn(service), await registerVerifyAndLogIn(service)];
    deploy("announced");
    deploy("switched");
    const rotatedAt = clock.now();
    const oldRoot = (passwords: number, signingKeys: number) => ({
      ...{ root: oldName, isCurrent: signingKeys > 0, passwords, signingKeys },
      ...{ messages: 0, oauthTransactions: 0, authenticators: 0, recoveryCodes: 0 },
    });
    const found = await secretsAt(clock);
    expect(found).toEqual({ roots: [oldRoot(2, 2)], oldestRefresh: expect.any(Number) });
    // docs/rotation.md shows this report with other names and figures.
    const report = describeSecrets({ ...found, roots: [{ ...oldRoot(2, 2), root: newName }, oldRoot(1, 0)] });
    const shape = (text: string) =>
      text.replace(/^[\w-]{8}(?= \()/gm, "<root>").replace(/[\d-]+T[\d:.]+Z|\d+/g, "0");
    expect(shape(instructions)).toContain(shape(report));
    clock.advance(HOUR);
    await service.runCron(EVERY_HOUR);
    const { refreshToken } = await logIn(service, active.email);
    // The absent user stays signed in until the session reaches its idle timeout.
    expect((await secretsAt(clock)).oldestRefresh).toBeLessThanOrEqual(rotatedAt);
    clock.advance(REFRESH_IDLE_TTL - 30 * MINUTE);
    const late = await secretsAt(clock);
    expect(late.roots).toEqual([
      {
        root: newName,
        isCurrent: true,
        passwords: 1,
        signingKeys: 2,
        messages: 0,
        oauthTransactions: 0,
        authenticators: 0,
        recoveryCodes: 0,
      },
      oldRoot(1, 0),
    ]);
    expect(late.oldestRefresh).toBeGreaterThan(rotatedAt);
    // A sign-in rehashes the absent user's password, the last value under the old secret.
    await logIn(service, absent.email);
    const done = await secretsAt(clock);
    expect(done.roots.map(({ root }) => root)).toEqual([newName]);
    deploy("after");
    expect((await service.post("/refresh", { refreshToken })).status).toBe(200);
    for (const { email } of [active, absent]) await logIn(service, email);
  });
});

describe("a user who was absent for several rotations", () => {
  it("accepts a password while the secret of its hash is among AUTH_SECRET_PREVIOUS", async () => {
    const { at } = startRotatingService();
    const { email } = await registerAndVerify(at.before);
    const AUTH_SECRET = "a third root secret, a year later, 32 bytes";
    const AUTH_SECRET_PREVIOUS = `${NEW_SECRET}\n${OLD_SECRET}\n`;
    const later = startService({ clock: at.before.clock, env: { AUTH_SECRET, AUTH_SECRET_PREVIOUS } });
    expect((await later.post("/login", { email, password: "wrong" })).status).toBe(401);
    await logIn(later, email);
    await logIn(startService({ clock: at.before.clock, env: { AUTH_SECRET } }), email);
  });

  it("refuses a password after the secret of its hash was removed, and allows a reset by mail", async () => {
    const { at } = startRotatingService();
    const { email } = await registerAndVerify(at.before);
    const refused = await at.after.post("/login", { email, password: PASSWORD });
    expect([refused.status, refused.body.error?.code]).toEqual([401, "invalid_credentials"]);
    await at.after.post("/forgot-password", { email });
    const token = await tokenMailedTo(at.after, email);
    expect((await at.after.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    await logIn(at.after, email);
  });
});

describe("response to a leak of AUTH_SECRET", () => {
  it("signs all users out and refuses known devices of the leaked secret", async () => {
    const { at, clock } = startRotatingService();
    const { email, token, refreshToken } = await registerVerifyAndLogIn(at.before);
    const { deviceToken } = (await at.before.post("/login", { email, password: PASSWORD })).body.data;
    const { after } = at;
    expect((await after.call("GET", "/.well-known/jwks.json")).status).toBe(200);
    const statements = [...instructions.matchAll(/--command "(.+)"/g)].map(([, sql = ""]) => sql);
    expect(statements).toHaveLength(2);
    for (const sql of statements) await env.DB.prepare(sql).run();
    expect((await after.get("/me", token)).status).toBe(401);
    expect((await after.post("/refresh", { refreshToken })).status).toBe(401);
    clock.advance(SECOND);
    await after.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(after, email), newPassword: "a second lighthouse 8" };
    expect((await after.post("/reset-password", reset)).status).toBe(200);
    const otpService = startService({ clock, env: { ...after.env, LOGIN_OTP: "new_device" } });
    const signIn = { email, password: "a second lighthouse 8", deviceToken };
    expect((await otpService.post("/login", signIn)).body.data.otpRequired).toBe(true);
  });
});
