import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { ALL_FACTORS, ALL_KINDS, ANSWERS, enableFactor } from "../../../support/factors.ts";
import { enableSecondFactor, newPhoneNumber, verifyPhoneNumber } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, logIn, PASSWORD, registerVerifiedUser, tokenMailedTo } from "../../../support/users.ts";

const DAY = 86_400_000;

const clock = createTestClock();
const variables = { SECOND_FACTORS: ALL_KINDS, TRUSTED_DEVICE_DAYS: "30" };
const service = startService({ clock, env: variables, secondFactors: ALL_FACTORS });
const withoutTrust = startService({
  clock,
  env: { ...variables, TRUSTED_DEVICE_DAYS: "0" },
  secondFactors: ALL_FACTORS,
});

async function userWithTotp() {
  const { email } = await registerVerifiedUser(service);
  await enableFactor(email, "totp");
  return email;
}

const startLogin = (email: string, deviceToken?: string, at = service) =>
  at.post("/login", { email, password: PASSWORD, ...(deviceToken ? { deviceToken } : {}) });

/** Signs in with both factors. Returns the tokens of the new session. */
async function signIn(email: string, { deviceToken = "", rememberDevice = false, at = service } = {}) {
  const { challengeId } = (await startLogin(email, deviceToken || undefined, at)).body.data;
  const answer = await at.post("/login/otp", { challengeId, code: ANSWERS.totp, rememberDevice });
  expect(answer.status).toBe(200);
  return answer.body.data as { token: string; refreshToken: string; deviceToken: string };
}

const trustDevice = (email: string) => signIn(email, { rememberDevice: true });

/** Whether a sign-in on that device needs the second factor. */
const isAsked = async (email: string, deviceToken: string, at = service) =>
  (await startLogin(email, deviceToken, at)).body.data.otpRequired === true;

const devicesOf = async (token: string) =>
  (await service.get("/me/devices", token)).body.data as {
    id: string;
    current: boolean;
    trustedUntil: string | null;
  }[];

describe("a trusted device", () => {
  it("needs no second factor for as long as the setting says, by the choice of its user", async () => {
    const email = await userWithTotp();
    const plain = await signIn(email);
    expect(await isAsked(email, plain.deviceToken)).toBe(true);
    const trusted = await trustDevice(email);
    expect(await isAsked(email, trusted.deviceToken)).toBe(false);
    // Only that device, and only for its account.
    expect(await isAsked(email, plain.deviceToken)).toBe(true);
    expect(await isAsked(await userWithTotp(), trusted.deviceToken)).toBe(true);
    clock.advance(30 * DAY - 1);
    expect(await isAsked(email, trusted.deviceToken)).toBe(false);
    clock.advance(1);
    expect(await isAsked(email, trusted.deviceToken)).toBe(true);
  });

  it("is listed with the end of its trust, which the user ends without forgetting the device", async () => {
    const email = await userWithTotp();
    const { token, deviceToken } = await trustDevice(email);
    const [device] = await devicesOf(token);
    expect(device?.trustedUntil).toBe(new Date(clock.now() + 30 * DAY).toISOString());
    const path = `/api/auth/me/devices/${device?.id}/trust`;
    const otherUser = (await logIn(service, (await registerVerifiedUser(service)).email)).token;
    expectErrorResponse(await service.call("DELETE", path, undefined, otherUser), 404, "not_found");
    expect((await service.call("DELETE", path, undefined, token)).status).toBe(200);
    expectErrorResponse(await service.call("DELETE", path, undefined, token), 404, "not_found");
    expect(await devicesOf(token)).toMatchObject([{ id: device?.id, trustedUntil: null }]);
    expect(await isAsked(email, deviceToken)).toBe(true);
    const { results } = await env.DB.prepare(
      "SELECT type, json_extract(details, '$.deviceId') AS device FROM audit_events WHERE account_id = ? AND type LIKE 'device_trust%' ORDER BY type DESC",
    )
      .bind(await accountIdOf(email))
      .all();
    expect(results).toEqual([
      { type: "device_trusted", device: device?.id },
      { type: "device_trust_ended", device: device?.id },
    ]);
  });

  it("stays trusted through a later sign-in without the choice, for no longer", async () => {
    const email = await userWithTotp();
    const { deviceToken } = await trustDevice(email);
    clock.advance(10 * DAY);
    const { token } = (await startLogin(email, deviceToken)).body.data;
    const until = new Date(clock.now() + 20 * DAY).toISOString();
    expect((await devicesOf(token)).find(({ current }) => current)?.trustedUntil).toBe(until);
  });

  it("cannot be chosen, and is not trusted any more, where TRUSTED_DEVICE_DAYS is 0", async () => {
    const email = await userWithTotp();
    const { deviceToken, token } = await trustDevice(email);
    expect(await isAsked(email, deviceToken, withoutTrust)).toBe(true);
    const listed = (await withoutTrust.get("/me/devices", token)).body.data;
    expect(listed).toMatchObject([{ trustedUntil: null }]);
    const chosen = await signIn(email, { rememberDevice: true, at: withoutTrust });
    expect(await isAsked(email, chosen.deviceToken)).toBe(true);
  });

  const changes: Record<string, (email: string, token: string) => Promise<unknown>> = {
    "a password change": (_email, token) =>
      service.post("/me/password", { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` }, token),
    "enabling the mailed code": (_email, token) => enableSecondFactor(service, token),
    "disabling the mailed code": async (email, token) => {
      await enableFactor(email, "email_otp");
      return service.post("/me/otp", { enabled: false, password: PASSWORD }, token);
    },
    "forgetting the device": async (_email, token) => {
      const [device] = await devicesOf(token);
      return service.call("DELETE", `/api/auth/me/devices/${device?.id}`, undefined, token);
    },
    "removing a factor": async (_email, token) => {
      await verifyPhoneNumber(service, token);
      await service.post("/me/factors/sms", undefined, token);
      const { factors } = (await service.get("/me/factors", token)).body.data;
      const sms = factors.find(({ kind }: { readonly kind: string }) => kind === "sms_otp");
      return service.call("DELETE", `/api/auth/me/factors/${sms.id}`, undefined, token);
    },
    "removing the phone number of a factor": async (_email, token) => {
      await verifyPhoneNumber(service, token);
      await service.post("/me/factors/sms", undefined, token);
      return service.call("DELETE", "/api/auth/me/phone", undefined, token);
    },
    "replacing the phone number of a factor": async (_email, token) => {
      await verifyPhoneNumber(service, token);
      await service.post("/me/factors/sms", undefined, token);
      clock.advance(60_000);
      return service.post("/me/phone", { phone: newPhoneNumber() }, token);
    },
  };

  it.each(Object.entries(changes))("is not trusted after %s", async (name, change) => {
    const email = await userWithTotp();
    const { token, deviceToken } = await trustDevice(email);
    await change(email, token);
    clock.advance(1);
    const password = name === "a password change" ? `${PASSWORD} 2` : PASSWORD;
    const login = await service.post("/login", { email, password, deviceToken });
    expect(login.body.data.otpRequired).toBe(true);
  });

  it("is not trusted after a password reset by mail, which asks for the factor again", async () => {
    const email = await userWithTotp();
    const { deviceToken } = await trustDevice(email);
    await service.post("/forgot-password", { email });
    const reset = await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: `${PASSWORD} 2`,
    });
    expect(reset.status).toBe(200);
    clock.advance(1);
    const login = await service.post("/login", { email, password: `${PASSWORD} 2`, deviceToken });
    expect(login.body.data).toMatchObject({ otpRequired: true, factors: ["totp"] });
    const row = env.DB.prepare("SELECT reset_by_mail_at FROM accounts WHERE email = ?").bind(email);
    expect(await row.first("reset_by_mail_at")).toBe(clock.now() - 1);
  });

  it("stays trusted when the password reset of another account ends", async () => {
    const [email, other] = [await userWithTotp(), await userWithTotp()];
    const { deviceToken } = await trustDevice(email);
    await service.post("/forgot-password", { email: other });
    const token = await tokenMailedTo(service, other);
    await service.post("/reset-password", { token, newPassword: `${PASSWORD} 2` });
    expect(await isAsked(email, deviceToken)).toBe(false);
  });
});

describe("the pages of trusted devices", () => {
  async function atCodePage(email: string, at = service) {
    const browser = openPageBrowser(at);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    return { browser, page };
  }

  it("let the user trust the device at the second factor, and end that on the page of devices", async () => {
    const email = await userWithTotp();
    const { browser, page } = await atCodePage(email);
    expect(page.text).toContain("Do not ask again on this device for 30 days");
    expect(page.text).not.toMatch(/name="rememberDevice"[^>]*checked/);
    await browser.submit(page, { code: ANSWERS.totp, rememberDevice: "yes" });
    const devices = await browser.visit("/account/devices");
    expect(devices.text).toContain("Trusted until");
    const after = await browser.submit(devices, {}, "end-trust");
    expect(after.text).toContain("That device is not trusted any more");
    expect(after.text).not.toContain("Trusted until");
    expect(after.text).toContain("Forget");
  });

  it("do not offer it where devices cannot be trusted", async () => {
    const { page } = await atCodePage(await userWithTotp(), withoutTrust);
    expect(page.text).not.toContain("rememberDevice");
  });
});
