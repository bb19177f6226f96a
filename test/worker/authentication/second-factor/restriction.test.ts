import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { addAuthenticator } from "../../../support/authenticators.ts";
import { signInByCode } from "../../../support/email-codes.ts";
import { markDevicesAsKnown, storeVerifiedPhone } from "../../../support/factors.ts";
import { mailedCodeTo, newPhoneNumber, smsCodeTo } from "../../../support/one-time-codes.ts";
import { formsIn, openPageBrowser } from "../../../support/pages.ts";
import { addPasskey } from "../../../support/passkeys.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const clock = createTestClock();
const under = (variables: Record<string, string>) =>
  startService({ clock, env: { SECOND_FACTOR: "required", ...variables } });

const rowOf = (token: string) =>
  env.DB.prepare("SELECT restriction, amr FROM sessions WHERE id = ?").bind(decodeJwt(token).sid).first();
const restrictionOf = async (token: string) => (await rowOf(token))?.restriction;

/** A restricted session by password, which may enrol factors. */
async function restrictedSession(service: ReturnType<typeof under>) {
  const { email } = await registerVerifiedUser(service);
  const { token } = (await service.post("/login", { email, password: PASSWORD })).body.data;
  await markDevicesAsKnown(email);
  expect(await restrictionOf(token)).toBe("enrol_second_factor");
  return { email, token: token as string };
}

describe("texted codes, switched on in a restricted session", () => {
  const service = under({ SECOND_FACTORS: "totp,sms_otp" });

  it("end the restriction by the first texted code, and not before", async () => {
    const { email, token } = await restrictedSession(service);
    const phone = newPhoneNumber();
    await storeVerifiedPhone(email, phone);
    expect((await service.post("/me/factors/sms", undefined, token)).status).toBe(200);
    expect(await rowOf(token)).toEqual({ restriction: "enrol_second_factor", amr: "pwd" });
    expectErrorResponse(await service.get("/me/devices", token), 403, "second_factor_enrolment_required");
    clock.advance(1);
    const body = { password: PASSWORD, factor: "sms_otp" };
    const { challengeId } = (await service.post("/me/reauthenticate", body, token)).body.data;
    expect(await restrictionOf(token)).toBe("enrol_second_factor");
    const answer = { challengeId, code: await smsCodeTo(service, phone) };
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
    expect(await rowOf(token)).toEqual({ restriction: null, amr: "pwd sms mfa" });
    expect((await service.get("/me/devices", token)).status).toBe(200);
  });

  it("lead on the pages to the texted code, and then on", async () => {
    const { email } = await registerVerifiedUser(service);
    const phone = newPhoneNumber();
    await storeVerifiedPhone(email, phone);
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    await markDevicesAsKnown(email);
    const page = await browser.visit("/account/sessions");
    expect(page.path).toBe("/account/two-step?returnTo=%2Faccount%2Fsessions");
    const confirm = await browser.submit(page, {}, "sms-on");
    expect(confirm.path).toBe("/account/confirm?returnTo=%2Faccount%2Fsessions");
    // In place of the confirmation the user may come back to the page, which asks for it.
    const again = await browser.visit("/account/two-step");
    expect(again.text).toContain("Please confirm with it once");
    expect(formsIn(again).some(({ values }) => values.act === "confirm")).toBe(true);
    clock.advance(1);
    const code = await browser.submit(confirm, { password: PASSWORD });
    const next = await browser.submit(code, { code: await smsCodeTo(service, phone) });
    expect([next.path, next.status]).toEqual(["/account/sessions", 200]);
  });
});

describe("the mailed code in a restricted session by email code", () => {
  const service = under({
    SIGN_IN_METHODS: "password,email_code",
    SECOND_FACTORS: "email_otp,totp",
  });

  it("does not end the restriction, neither switched on nor answered; an authenticator does", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token } = (await signInByCode(service, email)).body.data;
    const browser = openPageBrowser(service);
    browser.jar.set("__Host-gh_access", token);
    const on = await browser.submit(await browser.visit("/account/two-step"), {}, "email-on");
    expect(on.text).toContain("Turn off codes by email");
    expect(await rowOf(token)).toEqual({ restriction: "enrol_second_factor", amr: "otp" });
    clock.advance(1);
    const body = { password: PASSWORD, factor: "email_otp" };
    const { challengeId } = (await service.post("/me/reauthenticate", body, token)).body.data;
    const answer = { challengeId, code: await mailedCodeTo(service, email) };
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
    expect(await restrictionOf(token)).toBe("enrol_second_factor");
    await addAuthenticator(service, token);
    expect(await restrictionOf(token)).toBeNull();
  });
});

describe("a passkey that a restricted session registers", () => {
  it("ends the restriction where it may be a second factor", async () => {
    const service = under({ SECOND_FACTORS: "passkey" });
    const { token } = await restrictedSession(service);
    await addPasskey(service, token, createAuthenticator());
    expect(await rowOf(token)).toEqual({ restriction: null, amr: "pwd hwk user mfa" });
  });

  it("does not end it where passkeys sign in only", async () => {
    const service = under({ SECOND_FACTORS: "totp" });
    const { token } = await restrictedSession(service);
    await addPasskey(service, token, createAuthenticator());
    expect(await rowOf(token)).toEqual({ restriction: "enrol_second_factor", amr: "pwd" });
  });
});
