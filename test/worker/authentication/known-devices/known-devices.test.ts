import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signedInBrowser } from "../../../support/browser.ts";
import { countEvaluated } from "../../../support/count-evaluations.ts";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { challengeOf } from "../../../support/second-factor.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { mailTo, member, PASSWORD, signedInMember, tokenMailedTo } from "../../../support/users.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const START = Date.now();
const start = (values: object = {}, at = START) =>
  startService({ env: { ...values }, clock: createTestClock(at) });
const service = start();

// The first signing key is added at the instant from which every service here starts.
beforeAll(async () => void (await signedInMember(service)));

const signIn = (at: Service, email: string, deviceToken?: string, password = PASSWORD) =>
  at.post("/login", { email, password, deviceToken });

const shut = (email: string, deviceToken?: string, guesses = 10) =>
  inParallel(guesses, () => signIn(service, email, deviceToken, "not the password"));

/** Somebody who has signed in once, and the token of that device. */
async function withDevice(at = service): Promise<{ email: string; deviceToken: string }> {
  const { email } = await member(at);
  return { email, deviceToken: (await signIn(at, email)).body.data.deviceToken };
}

/** In a later second than what went before: device tokens date in whole seconds. */
async function reset(email: string): Promise<void> {
  service.clock.advance(SECOND);
  await service.post("/forgot-password", { email });
  const token = await tokenMailedTo(service, email);
  await service.post("/reset-password", { token, newPassword: PASSWORD });
}

const noticesTo = async (email: string) =>
  (await mailTo(service, email)).filter((mail) => mail.subject === "New sign-in to Gatehouse").length;

const base64url = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");

describe("the notice of a new device", () => {
  it("is not sent for the very first sign-in, and then for every stranger, however often", async () => {
    const { email } = await withDevice();
    expect(await noticesTo(email)).toBe(0);
    await signIn(service, email);
    await signIn(service, email);
    expect(await noticesTo(email)).toBe(2);
  });

  it("is sent once for strangers of one address and one browser, and again for any other", async () => {
    const { email } = await withDevice();
    const from = async (ip: string, browser: string) => {
      const headers = { "CF-Connecting-IP": ip, "User-Agent": browser };
      await service.call("POST", "/api/auth/login", { email, password: PASSWORD }, undefined, headers);
      return noticesTo(email);
    };
    expect([await from("192.0.2.1", "Lynx/2"), await from("192.0.2.1", "Lynx/2")]).toEqual([1, 1]);
    expect([await from("192.0.2.1", "Lynx/3"), await from("192.0.2.2", "Lynx/2")]).toEqual([2, 3]);
    expect(await from("192.0.2.2", "Lynx/3")).toBe(4);
  });

  it("is not sent for a known device, by token or by cookie, with a second step or without", async () => {
    const { email, deviceToken } = await withDevice();
    expect((await signIn(service, email, deviceToken)).status).toBe(200);
    const always = start({ LOGIN_OTP: "always" });
    const { challengeId, code } = await challengeOf(always, email, { deviceToken });
    expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
    expect(await noticesTo(email)).toBe(0);
    const browser = await signedInBrowser(service, email);
    expect(await noticesTo(email)).toBe(1);
    service.clock.advance(61 * MINUTE);
    const again = { email, password: PASSWORD, transport: "cookie" };
    expect((await browser.write("POST", "/login", again)).status).toBe(200);
    expect(await noticesTo(email)).toBe(1);
  });

  it("is sent for a stranger who answered a second step, and not before", async () => {
    const { email } = await withDevice();
    const always = start({ LOGIN_OTP: "always" });
    const { challengeId, code } = await challengeOf(always, email);
    expect(await noticesTo(email)).toBe(0);
    await always.post("/login/otp", { challengeId, code });
    expect(await noticesTo(email)).toBe(1);
  });

  it("is sent to somebody who has not signed in for months, and whose sessions are purged", async () => {
    const clocked = start();
    const { email } = await withDevice(clocked);
    clocked.clock.advance(31 * DAY);
    await clocked.runCron("17 * * * *");
    await signIn(clocked, email);
    expect(await noticesTo(email)).toBe(1);
  });
});

describe("LOGIN_OTP=new_device", () => {
  it("asks a stranger, who is known once the code was right, until a reset", async () => {
    const newOnly = start({ LOGIN_OTP: "new_device" });
    const { email } = await member(newOnly);
    const { challengeId, code } = await challengeOf(newOnly, email);
    const { deviceToken } = (await newOnly.post("/login/otp", { challengeId, code })).body.data;
    expect(typeof (await signIn(newOnly, email, deviceToken)).body.data.token).toBe("string");
    expect((await signIn(newOnly, email)).body.data.otpRequired).toBe(true);
    await reset(email);
    expect((await signIn(newOnly, email, deviceToken)).body.data.otpRequired).toBe(true);
  });
});

describe("a known device", () => {
  it("signs in while strangers' failures lock everybody else out", async () => {
    const { email, deviceToken } = await withDevice();
    await shut(email, undefined, 200);
    expect((await signIn(service, email)).status).toBe(429);
    const answer = await signIn(service, email, deviceToken);
    expect(answer.status).toBe(200);
    // Its own sign-in does not open the lock to them.
    expect((await signIn(service, email)).status).toBe(429);
  });

  it("has ten guesses of its own under 200 in parallel, and locks nobody else out", async () => {
    const { email, deviceToken } = await withDevice();
    const { answers, evaluated } = await countEvaluated(() => shut(email, deviceToken, 200));
    expect([evaluated, statusCounts(answers)]).toEqual([10, { 401: 10, 429: 190 }]);
    expect((await signIn(service, email, deviceToken)).status).toBe(429);
    expect((await signIn(service, email)).status).toBe(200);
  });

  it("stays known for 180 days after its last sign-in, and each sign-in renews it", async () => {
    const { email, deviceToken } = await withDevice();
    await shut(email);
    const later = start({ LOGIN_OTP: "new_device" }, START + 180 * DAY - 2 * SECOND);
    const renewed = (await signIn(later, email, deviceToken)).body.data.deviceToken;
    expect(renewed).toMatch(/^eyJ/);
    later.clock.advance(100 * DAY);
    expect(typeof (await signIn(later, email, renewed)).body.data.token).toBe("string");
  });

  it("stays known when the root secret is rotated, for as long as the previous one is there", async () => {
    const { email, deviceToken } = await withDevice();
    const next = "the next root secret, of 32 bytes or more";
    const rotated = start({
      LOGIN_OTP: "new_device",
      AUTH_SECRET: next,
      AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
    });
    expect(typeof (await signIn(rotated, email, deviceToken)).body.data.token).toBe("string");
  });

  describe("is not made by", () => {
    type Own = { email: string; deviceToken: string };
    const fakes: [string, (own: Own) => Promise<string> | string][] = [
      ["the token of somebody else's device", async () => (await withDevice()).deviceToken],
      ["a token with another signature", ({ deviceToken }) => `${deviceToken.slice(0, -6)}AAAAAA`],
      [
        "a token without a signature",
        ({ deviceToken }) => `${base64url({ alg: "none", typ: "device+jwt" })}.${deviceToken.split(".")[1]}.`,
      ],
      [
        "the same token under another key",
        ({ deviceToken }) =>
          new SignJWT(decodeJwt(deviceToken))
            .setProtectedHeader({ ...decodeProtectedHeader(deviceToken), alg: "HS256" })
            .sign(new TextEncoder().encode("somebody else's secret of 32 bytes or more")),
      ],
      ["an access token", async ({ email }) => (await signIn(service, email)).body.data.token],
      ["a refresh token", async ({ email }) => (await signIn(service, email)).body.data.refreshToken],
      [
        "its token from before a reset",
        async ({ email, deviceToken }) => {
          await reset(email);
          return deviceToken;
        },
      ],
    ];
    it.each(fakes)("%s", async (_name, fake) => {
      const own = await withDevice();
      const token = await fake(own);
      await shut(own.email);
      expect((await signIn(service, own.email, token)).status).toBe(429);
      // Nor does it buy guesses apart from everybody's.
      const guesses = await countEvaluated(() => shut(own.email, token, 20));
      expect(guesses.evaluated).toBe(0);
      const newOnly = start({ LOGIN_OTP: "new_device" }, service.clock.now() + 10 * MINUTE);
      expect((await signIn(newOnly, own.email, token)).body.data.otpRequired).toBe(true);
    });

    it("a token that is 180 days old", async () => {
      const { email, deviceToken } = await withDevice();
      const later = start({ LOGIN_OTP: "new_device" }, service.clock.now() + 180 * DAY);
      expect((await signIn(later, email, deviceToken)).body.data.otpRequired).toBe(true);
    });
  });
});
