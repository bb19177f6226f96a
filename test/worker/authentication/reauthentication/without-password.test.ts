import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { signInByCode } from "../../../support/email-codes.ts";
import { mailedCodeTo, newPhoneNumber, wrongCode } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import {
  addPasskey,
  addTotp,
  assertPasskey,
  CODE,
  TEST_FACTORS,
} from "../../../support/reauthentication-factors.ts";
import { startService } from "../../../support/service.ts";
import { consent } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { newAddress } from "../../../support/users.ts";

const MINUTE = 60_000;
const providers = openProviders();
const methods = { SIGN_IN_METHODS: "password,passkey,email_code,social", ACCESS_TOKEN_TTL: "3600" };
const service = startService({
  env: { ...providers.variables, ...methods },
  secondFactors: TEST_FACTORS,
});

/** A user without a password, whose session is eleven minutes old. */
async function olderSession() {
  const email = newAddress();
  const { token, refreshToken } = (await signInByCode(service, email)).body.data;
  service.clock.advance(11 * MINUTE);
  return { email, token: token as string, refreshToken: refreshToken as string };
}

const reauthenticate = (token: string, body: object = {}) => service.post("/me/reauthenticate", body, token);
const removePhone = (token: string) => service.call("DELETE", "/api/auth/me/phone", undefined, token);
const storedIdentities = () => env.DB.prepare("SELECT count(*) AS n FROM identities").first<number>("n");

describe("a session of an account without a password", () => {
  it("is not reauthenticated by itself: the answer is the challenge of a mailed code", async () => {
    const { email, token, refreshToken } = await olderSession();
    const challenge = await reauthenticate(token);
    expect(challenge.body.data).toEqual({
      otpRequired: true,
      challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresIn: 600,
      factors: ["email_otp"],
      defaultFactor: "email_otp",
    });
    expectErrorResponse(await removePhone(token), 403, "reauthentication_required");
    expectErrorResponse(await reauthenticate(token, { refreshToken }), 400, "validation_failed");
    const { challengeId } = challenge.body.data;
    const code = await mailedCodeTo(service, email);
    const answer = (typed: string) =>
      service.post("/me/reauthenticate/otp", { challengeId, code: typed }, token);
    expectErrorResponse(await answer(wrongCode(code)), 400, "code_invalid");
    expectErrorResponse(await removePhone(token), 403, "reauthentication_required");
    expect((await answer(code)).body.data).toEqual({ expiresIn: 600 });
    expect((await removePhone(token)).status).toBe(200);
  });

  it("is not reauthenticated by its cookies", async () => {
    const email = newAddress();
    const browser = openBrowser(service);
    const { challengeId } = (await service.post("/login/email-code", { email })).body.data;
    const code = await mailedCodeTo(service, email);
    const signIn = { challengeId, code, transport: "cookie" };
    expect((await browser.write("POST", "/login/email-code/verify", signIn)).status).toBe(200);
    service.clock.advance(11 * MINUTE);
    expect((await browser.write("POST", "/me/reauthenticate", {})).body.data.otpRequired).toBe(true);
    expectErrorResponse(await browser.write("DELETE", "/me/phone"), 403, "reauthentication_required");
    const before = await storedIdentities();
    const link = { accessToken: await providers.tokenOf(socialUser()) };
    const linked = await browser.write("POST", "/me/identities/github", link);
    expectErrorResponse(linked, 403, "reauthentication_required");
    expect(await storedIdentities()).toBe(before);
  });

  it("links a provider within ten minutes of a sign-in, and after a factor", async () => {
    const { email, token } = await olderSession();
    const accessToken = await providers.tokenOf(socialUser());
    const link = (as: string) => service.post("/me/identities/github", { accessToken }, as);
    expectErrorResponse(await link(token), 403, "reauthentication_required");
    const { challengeId } = (await reauthenticate(token)).body.data;
    const code = await mailedCodeTo(service, email);
    await service.post("/me/reauthenticate/otp", { challengeId, code }, token);
    expect((await link(token)).status).toBe(200);
    const fresh = (await signInByCode(service, newAddress())).body.data.token;
    const other = await providers.tokenOf(socialUser());
    expect((await service.post("/me/identities/github", { accessToken: other }, fresh)).status).toBe(200);
  });

  it("is asked for its passkey, or for its authenticator", async () => {
    const holder = await olderSession();
    await addPasskey(holder.email);
    const challenge = (await reauthenticate(holder.token)).body.data;
    expect(challenge).toMatchObject({ factors: ["passkey", "email_otp"], defaultFactor: "email_otp" });
    const assertion = await assertPasskey(service, holder.token);
    expect((await reauthenticate(holder.token, { factor: "passkey", assertion })).status).toBe(200);
    expect((await removePhone(holder.token)).status).toBe(200);
    const other = await olderSession();
    await addTotp(other.email);
    const strong = (await reauthenticate(other.token)).body.data;
    expect(strong).toMatchObject({ factors: ["totp"], defaultFactor: "totp" });
    const answer = { challengeId: strong.challengeId, code: CODE };
    expect((await service.post("/me/reauthenticate/otp", answer, other.token)).status).toBe(200);
  });

  it.each(["/account/phone", "/account/linked", "/account/export", "/account/email"])(
    "is led from %s to the confirmation by a mailed code, and back",
    async (path) => {
      const user = socialUser();
      await providers.setUser(user);
      const browser = openPageBrowser(service);
      const redirect = await browser.send("GET", "/api/auth/social/github/start");
      await browser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
      service.clock.advance(11 * MINUTE);
      const confirm = await browser.visit(path);
      expect(confirm.path).toBe("/account/confirm");
      expect(confirm.text).not.toContain('type="password"');
      const code = await browser.submit(confirm, {});
      const back = await browser.submit(code, { code: await mailedCodeTo(service, user.email) });
      expect(back.path).toBe(path);
    },
  );

  it("changes nothing by a form that was opened while it was recent", async () => {
    const user = socialUser();
    await providers.setUser(user);
    const browser = openPageBrowser(service);
    const redirect = await browser.send("GET", "/api/auth/social/github/start");
    await browser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
    const page = await browser.visit("/account/phone");
    service.clock.advance(11 * MINUTE);
    const answer = await browser.press(page, { phone: newPhoneNumber() });
    expect(answer.headers.get("Location")).toBe("/account/confirm");
  });
});
