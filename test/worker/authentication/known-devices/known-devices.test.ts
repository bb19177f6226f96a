import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { signedInBrowser } from "../../../support/browser.ts";
import { startSecondFactor } from "../../../support/one-time-codes.ts";
import { countPasswordHashes } from "../../../support/recorders.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  mailTo,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const START = Date.now();
const start = (values: object = {}, at = START) =>
  startService({ env: { ...values }, clock: createTestClock(at) });
const service = start();

// The first signing key is added at the instant from which every service here starts.
beforeAll(async () => void (await registerAndLogIn(service)));

const signIn = (at: Service, email: string, deviceToken?: string, password = PASSWORD) =>
  at.post("/login", { email, password, deviceToken });

const failInParallel = (email: string, deviceToken?: string, guesses = 10) =>
  inParallel(guesses, () => signIn(service, email, deviceToken, "not the password"));

/** A member after one sign-in, with the token of that device. */
async function memberWithDevice(at = service): Promise<{ email: string; deviceToken: string }> {
  const { email } = await registerVerifiedUser(at);
  return { email, deviceToken: (await signIn(at, email)).body.data.deviceToken };
}

/** Resets the password one second later, because the `iat` of a device token has whole seconds. */
async function resetPassword(email: string): Promise<void> {
  service.clock.advance(SECOND);
  await service.post("/forgot-password", { email });
  const token = await tokenMailedTo(service, email);
  await service.post("/reset-password", { token, newPassword: PASSWORD });
}

const newDeviceNoticesTo = async (email: string) =>
  (await mailTo(service, email)).filter((mail) => mail.subject === "New sign-in to Gatehouse").length;

const base64url = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");

describe("new device notice", () => {
  it("sends no new device notice for the first sign-in, and one for each later sign-in of an unknown device", async () => {
    const { email } = await memberWithDevice();
    expect(await newDeviceNoticesTo(email)).toBe(0);
    await signIn(service, email);
    await signIn(service, email);
    expect(await newDeviceNoticesTo(email)).toBe(2);
  });

  it("sends one new device notice for each combination of IP address and user agent", async () => {
    const { email } = await memberWithDevice();
    const noticesAfterSignIn = async (ip: string, userAgent: string) => {
      const headers = { "CF-Connecting-IP": ip, "User-Agent": userAgent };
      await service.call("POST", "/api/auth/login", { email, password: PASSWORD }, undefined, headers);
      return newDeviceNoticesTo(email);
    };
    expect([
      await noticesAfterSignIn("192.0.2.1", "Lynx/2"),
      await noticesAfterSignIn("192.0.2.1", "Lynx/2"),
    ]).toEqual([1, 1]);
    expect([
      await noticesAfterSignIn("192.0.2.1", "Lynx/3"),
      await noticesAfterSignIn("192.0.2.2", "Lynx/2"),
    ]).toEqual([2, 3]);
    expect(await noticesAfterSignIn("192.0.2.2", "Lynx/3")).toBe(4);
  });

  it("sends no new device notice for a known device, by token or cookie, with or without a second factor", async () => {
    const { email, deviceToken } = await memberWithDevice();
    expect((await signIn(service, email, deviceToken)).status).toBe(200);
    const always = start({ LOGIN_OTP: "always" });
    const { challengeId, code } = await startSecondFactor(always, email, { deviceToken });
    expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
    expect(await newDeviceNoticesTo(email)).toBe(0);
    const browser = await signedInBrowser(service, email);
    expect(await newDeviceNoticesTo(email)).toBe(1);
    service.clock.advance(61 * MINUTE);
    const again = { email, password: PASSWORD, transport: "cookie" };
    expect((await browser.write("POST", "/login", again)).status).toBe(200);
    expect(await newDeviceNoticesTo(email)).toBe(1);
  });

  it("sends the new device notice of an unknown device only after its second factor", async () => {
    const { email } = await memberWithDevice();
    const always = start({ LOGIN_OTP: "always" });
    const { challengeId, code } = await startSecondFactor(always, email);
    expect(await newDeviceNoticesTo(email)).toBe(0);
    await always.post("/login/otp", { challengeId, code });
    expect(await newDeviceNoticesTo(email)).toBe(1);
  });

  it("sends a new device notice after months without a sign-in, when all sessions are purged", async () => {
    const later = start();
    const { email } = await memberWithDevice(later);
    later.clock.advance(31 * DAY);
    await later.runCron("17 * * * *");
    await signIn(later, email);
    expect(await newDeviceNoticesTo(email)).toBe(1);
  });
});

describe("LOGIN_OTP=new_device", () => {
  it("requires a second factor of an unknown device, which is known after a correct code until a reset", async () => {
    const newOnly = start({ LOGIN_OTP: "new_device" });
    const { email } = await registerVerifiedUser(newOnly);
    const { challengeId, code } = await startSecondFactor(newOnly, email);
    const { deviceToken } = (await newOnly.post("/login/otp", { challengeId, code })).body.data;
    expect(typeof (await signIn(newOnly, email, deviceToken)).body.data.token).toBe("string");
    expect((await signIn(newOnly, email)).body.data.otpRequired).toBe(true);
    await resetPassword(email);
    expect((await signIn(newOnly, email, deviceToken)).body.data.otpRequired).toBe(true);
  });
});

describe("known device", () => {
  it("lets a known device sign in while failures of unknown devices lock out unknown devices", async () => {
    const { email, deviceToken } = await memberWithDevice();
    await failInParallel(email, undefined, 200);
    expect((await signIn(service, email)).status).toBe(429);
    const answer = await signIn(service, email, deviceToken);
    expect(answer.status).toBe(200);
    // The sign-in of the known device does not end the lockout of unknown devices.
    expect((await signIn(service, email)).status).toBe(429);
  });

  it("evaluates ten of 200 parallel guesses of a known device, and does not lock out unknown devices", async () => {
    const { email, deviceToken } = await memberWithDevice();
    const { answers, hashed } = await countPasswordHashes(() => failInParallel(email, deviceToken, 200));
    expect([hashed, statusCounts(answers)]).toEqual([10, { 401: 10, 429: 190 }]);
    expect((await signIn(service, email, deviceToken)).status).toBe(429);
    expect((await signIn(service, email)).status).toBe(200);
  });

  it("keeps a device known for 180 days after its last sign-in, and each sign-in renews it", async () => {
    const { email, deviceToken } = await memberWithDevice();
    await failInParallel(email);
    const later = start({ LOGIN_OTP: "new_device" }, START + 180 * DAY - 2 * SECOND);
    const renewed = (await signIn(later, email, deviceToken)).body.data.deviceToken;
    expect(renewed).toMatch(/^eyJ/);
    later.clock.advance(100 * DAY);
    expect(typeof (await signIn(later, email, renewed)).body.data.token).toBe("string");
  });

  it("keeps a device known after a rotation of the root secret while the previous secret is configured", async () => {
    const { email, deviceToken } = await memberWithDevice();
    const rotated = start({
      LOGIN_OTP: "new_device",
      AUTH_SECRET: "the next root secret, of 32 bytes or more",
      AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
    });
    expect(typeof (await signIn(rotated, email, deviceToken)).body.data.token).toBe("string");
  });

  describe("rejected device tokens", () => {
    type Device = { email: string; deviceToken: string };
    const rejectedTokens: [string, (device: Device) => Promise<string> | string][] = [
      ["the device token of another account", async () => (await memberWithDevice()).deviceToken],
      ["a device token with another signature", ({ deviceToken }) => `${deviceToken.slice(0, -6)}AAAAAA`],
      [
        "a device token without a signature",
        ({ deviceToken }) => `${base64url({ alg: "none", typ: "device+jwt" })}.${deviceToken.split(".")[1]}.`,
      ],
      [
        "the same claims signed under another key",
        ({ deviceToken }) =>
          new SignJWT(decodeJwt(deviceToken))
            .setProtectedHeader({ ...decodeProtectedHeader(deviceToken), alg: "HS256" })
            .sign(new TextEncoder().encode("the secret of an attacker, 32 bytes or more")),
      ],
      ["an access token", async ({ email }) => (await signIn(service, email)).body.data.token],
      ["a refresh token", async ({ email }) => (await signIn(service, email)).body.data.refreshToken],
      [
        "a device token from before a password reset",
        async ({ email, deviceToken }) => {
          await resetPassword(email);
          return deviceToken;
        },
      ],
    ];
    it.each(rejectedTokens)("treats the device as unknown for %s", async (_name, rejectedToken) => {
      const own = await memberWithDevice();
      const token = await rejectedToken(own);
      await failInParallel(own.email);
      expect((await signIn(service, own.email, token)).status).toBe(429);
      // The token gives no guesses apart from those of unknown devices.
      const guesses = await countPasswordHashes(() => failInParallel(own.email, token, 20));
      expect(guesses.hashed).toBe(0);
      const newOnly = start({ LOGIN_OTP: "new_device" }, service.clock.now() + 10 * MINUTE);
      expect((await signIn(newOnly, own.email, token)).body.data.otpRequired).toBe(true);
    });

    it("treats the device as unknown for a device token that is 180 days old", async () => {
      const { email, deviceToken } = await memberWithDevice();
      const later = start({ LOGIN_OTP: "new_device" }, service.clock.now() + 180 * DAY);
      expect((await signIn(later, email, deviceToken)).body.data.otpRequired).toBe(true);
    });
  });
});
