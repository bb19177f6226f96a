import { describe, expect, it } from "vitest";
import {
  createCodes,
  offerAuthenticator,
  registerOnKnownDevice,
  registerWithAuthenticator,
  startChallenge,
  totpCodeOf,
} from "../../support/authenticators.ts";
import { createDeviceClient, enterCode, startDevice } from "../../support/devices.ts";
import { enterEmailCode, requestEmailCode } from "../../support/email-codes.ts";
import { RESOURCE_VARIABLES } from "../../support/oauth.ts";
import { mailedCodeTo, newPhoneNumber, smsCodeTo } from "../../support/one-time-codes.ts";
import { formsIn, headingOf, openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerAndVerify,
  registerVerifiedUser,
} from "../../support/users.ts";

const service = startService({ env: { ...RESOURCE_VARIABLES, CLIENT_REGISTRATION: "on" } });
const withCodes = startService({ env: { LOGIN_OTP: "always" } });

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0));

/** What the clipboard and keyboards make of a code. */
const CODES: [string, (code: string) => string][] = [
  ["in two halves", (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ["with a no-break space and a dash", (code) => `\u00a0${code.slice(0, 3)}\u2013${code.slice(3)}`],
  ["with zero-width characters", (code) => `\ufeff${code.slice(0, 2)}\u200b${code.slice(2)}\u200e`],
  ["in full width", fullWidth],
];

/** The same for an address. */
const ADDRESSES: [string, (address: string) => string][] = [
  ["with spaces around it", (address) => `\u00a0 ${address}\t`],
  ["with zero-width characters", (address) => `\ufeff${address.replace("@", "\u200b@")}\u200e`],
  ["in angle brackets", (address) => `<${address}>`],
  ["as a link", (address) => `mailto:${address}`],
];

describe.each(ADDRESSES)("an address %s", (_name, type) => {
  it("registers the plain address by the API and by the page", async () => {
    const [byApi, byPage] = [newAddress(), newAddress()];
    expect((await register(service, type(byApi))).answer.status).toBe(201);
    const browser = openPageBrowser(service);
    const form = await browser.visit("/sign-up");
    const sent = await browser.submit(form, { name: "Ada", email: type(byPage), password: PASSWORD });
    expect(sent.path).toBe("/sign-up/check-your-mail");
    for (const email of [byApi, byPage]) {
      const row = service.env.DB.prepare("SELECT email FROM accounts WHERE email = ?").bind(email);
      expect(await row.first()).toEqual({ email });
    }
  });

  it("signs in by the API and by the page", async () => {
    const { email } = await registerVerifiedUser(service);
    expect((await service.post("/login", { email: type(email), password: PASSWORD })).status).toBe(200);
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), {
      email: type(email),
      password: PASSWORD,
    });
    expect(page.path).toBe("/account");
  });
});

describe.each(CODES)("a code %s", (_name, type) => {
  it("is accepted by email, by the API and by the page", async () => {
    const challenge = await requestEmailCode(service, (await registerVerifiedUser(service)).email);
    expect((await enterEmailCode(service, { ...challenge, code: type(challenge.code) })).status).toBe(200);
    const { email } = await registerVerifiedUser(withCodes);
    const browser = openPageBrowser(withCodes);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const code = type(await mailedCodeTo(withCodes, email));
    expect((await browser.submit(page, { code })).path).toBe("/account");
  });

  it("is accepted from an authenticator", async () => {
    const { token } = await registerOnKnownDevice(service);
    const { secret, enrolmentToken } = await offerAuthenticator(service, token);
    const code = type(totpCodeOf(service, secret));
    const verified = await service.post("/me/factors/totp/verify", { enrolmentToken, code }, token);
    expect(verified.status).toBe(201);
  });

  it("is accepted as a recovery code", async () => {
    const { email, token } = await registerWithAuthenticator(service);
    const [code = ""] = await createCodes(service, token);
    const challengeId = await startChallenge(service, email);
    const answer = { challengeId, factor: "recovery_code", code: type(code.toLowerCase()) };
    expect((await service.post("/login/otp", answer)).status).toBe(200);
  });

  it("is accepted from a device", async () => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    const { user_code } = await startDevice(service, await createDeviceClient(service));
    expect((await enterCode(browser, type(user_code.toLowerCase()))).path).toContain("/device/confirm");
  });

  it("verifies a phone number that is typed the same way", async () => {
    const { token } = await registerAndLogIn(service);
    const phone = newPhoneNumber();
    const asked = await service.post("/me/phone", { phone: type(phone) }, token);
    expect(asked.status).toBe(200);
    const code = type(await smsCodeTo(service, phone));
    const { challengeId } = asked.body.data;
    expect((await service.post("/me/phone/verify", { challengeId, code }, token)).status).toBe(200);
    expect((await service.get("/me", token)).body.data.phone).toBe(phone);
  });
});

describe("the page and the API agree on a name", () => {
  it.each([
    ["\u200eAda\u202e  Maria\ufeff", "Ada Maria"],
    ["Jose\u0301", "José"],
  ])("%j is stored as %j", async (typed, stored) => {
    const { token, email } = await registerAndLogIn(service);
    await service.call("PATCH", "/api/auth/me", { name: typed }, token);
    expect((await service.get("/me", token)).body.data.name).toBe(stored);
    const browser = await signedInPageBrowser(service, email);
    await browser.submit(await browser.visit("/account/profile"), { name: typed });
    expect(
      formsIn(await browser.visit("/account/profile")).some(({ values }) => values.name === stored),
    ).toBe(true);
  });

  it("a name of which nothing is visible is missing", async () => {
    const { token, email } = await registerAndLogIn(service);
    expect((await service.call("PATCH", "/api/auth/me", { name: "\u200b\u3164" }, token)).status).toBe(400);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.submit(await browser.visit("/account/profile"), { name: "\u200b\u3164" });
    expect([page.status, headingOf(page)]).toEqual([400, "Profile"]);
  });
});

it("a password is taken as it is typed, with its spaces and full-width letters", async () => {
  const password = ` ${fullWidth("quiet lighthouse")} 7 `;
  const { email } = await registerAndVerify(service, newAddress(), { password });
  expect((await service.post("/login", { email, password })).status).toBe(200);
  expect((await service.post("/login", { email, password: password.trim() })).status).toBe(401);
});
