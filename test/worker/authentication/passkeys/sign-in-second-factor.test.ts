import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import type { Authenticator } from "../../../support/authenticator.ts";
import { multiplyChallenge, startChallenge } from "../../../support/authenticators.ts";
import { lastUseOf } from "../../../support/number-factor.ts";
import { markDeviceAsKnown } from "../../../support/one-time-codes.ts";
import { openPageBrowser, type PageResponse } from "../../../support/pages.ts";
import { addPasskey, fetchFrom, registerWithPasskey } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();

/** A user whose sign-ins ask for a passkey after the password. */
async function userWithPasskey(settings: Parameters<typeof registerWithPasskey>[1] = {}) {
  const user = await registerWithPasskey(service, settings);
  const path = `/api/auth/me/factors/${user.passkey.id}`;
  const answer = await service.call("PATCH", path, { isSecondFactor: true }, user.token);
  expect(answer.status).toBe(200);
  // The first second factor makes the devices of this instant unknown.
  service.clock.advance(1);
  return user;
}

/** Such a user who has shown the password. */
async function pendingSignIn(settings: Parameters<typeof registerWithPasskey>[1] = {}) {
  const user = await userWithPasskey(settings);
  return { ...user, challengeId: await startChallenge(service, user.email) };
}

const optionsOf = async (challengeId: string) =>
  (await service.post("/login/otp/options", { challengeId })).body.data.options;

const assert = async (
  authenticator: Authenticator,
  challengeId: string,
  overrides: Parameters<Authenticator["get"]>[1] = {},
) => authenticator.get(await optionsOf(challengeId), overrides);

const answer = (challengeId: string, assertion: object, fields: object = {}) =>
  service.post("/login/otp", { challengeId, assertion, ...fields });

const sessionsWith = async (accountId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE account_id = ? AND amr LIKE '%wk%'")
    .bind(accountId)
    .first("n");

describe("a sign-in by password and passkey", () => {
  it("asks for the passkey, and names the credential in its options only", async () => {
    const user = await userWithPasskey();
    const login = await service.post("/login", { email: user.email, password: PASSWORD });
    expect(login.body.message).toBe("Use your passkey.");
    expect(login.body.data).toMatchObject({ factors: ["passkey"], defaultFactor: "passkey" });
    expect(login.text).not.toContain(user.authenticator.credentials[0]?.id);
    const options = await optionsOf(login.body.data.challengeId);
    expect(options.allowCredentials).toMatchObject([{ id: user.authenticator.credentials[0]?.id }]);
  });

  it.each([
    [{ isSynced: false }, true, ["pwd", "hwk", "user", "mfa"], "phr"],
    [{ isSynced: true }, true, ["pwd", "swk", "user", "mfa"], "phr"],
    [{ isSynced: false }, false, ["pwd", "hwk", "mfa"], "urn:gatehouse:acr:2fa"],
    [{ isSynced: true }, false, ["pwd", "swk", "mfa"], "urn:gatehouse:acr:2fa"],
  ])("with %j and user verification %s proves %j, acr %s", async (settings, isUserVerified, amr, acr) => {
    const user = await pendingSignIn(settings);
    const assertion = await assert(user.authenticator, user.challengeId, { isUserVerified });
    const signedIn = await answer(user.challengeId, assertion);
    expect(signedIn.status).toBe(200);
    expect(decodeJwt(signedIn.body.data.token)).toMatchObject({ sub: user.id, amr, acr });
    expect(await lastUseOf(user.passkey.id)).toBe(service.clock.now());
    expectErrorResponse(await answer(user.challengeId, assertion), 400, "code_invalid");
  });

  it("opens one session for fifty parallel answers of one challenge", async () => {
    const user = await pendingSignIn();
    const assertion = await assert(user.authenticator, user.challengeId);
    const answers = await inParallel(50, () => answer(user.challengeId, assertion));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await sessionsWith(user.id)).toBe(1);
  });

  it("opens one session for one assertion that fifty challenges are answered with", async () => {
    const user = await pendingSignIn();
    const assertion = await assert(user.authenticator, user.challengeId);
    const challenges = await multiplyChallenge(user.challengeId, 50);
    // The WebAuthn challenge is bound to the first of them.
    const answers = await Promise.all(challenges.map((id) => answer(id, assertion)));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await sessionsWith(user.id)).toBe(1);
  });

  it("refuses a credential that was removed after its assertion, and one of another account", async () => {
    const user = await pendingSignIn();
    await addPasskey(service, user.token, user.authenticator);
    const [removed] = user.authenticator.credentials;
    const assertion = await user.authenticator.get(await optionsOf(user.challengeId), {}, removed);
    await service.call("DELETE", `/api/auth/me/factors/${user.passkey.id}`, undefined, user.token);
    expectErrorResponse(await answer(user.challengeId, assertion), 400, "code_invalid");
    const other = await pendingSignIn();
    const options = await optionsOf(user.challengeId);
    for (const userHandle of [undefined, null, user.authenticator.credentials[0]?.userHandle]) {
      const foreign = await other.authenticator.get(options, userHandle === undefined ? {} : { userHandle });
      expectErrorResponse(await answer(user.challengeId, foreign), 400, "code_invalid");
    }
    // What the other user has signed for the own sign-in answers no other one.
    const own = await assert(other.authenticator, other.challengeId);
    expectErrorResponse(await answer(user.challengeId, own), 400, "code_invalid");
    expect((await answer(other.challengeId, own)).status).toBe(200);
    expect(await sessionsWith(user.id)).toBe(0);
  });

  it("refuses an assertion of a registration, of another origin, and of an expired challenge", async () => {
    const user = await pendingSignIn();
    const refused: Parameters<Authenticator["get"]>[1][] = [
      { type: "webauthn.create" },
      { origin: "https://evil.example" },
      { rpId: "evil.example" },
    ];
    for (const overrides of refused) {
      const assertion = await assert(user.authenticator, user.challengeId, overrides);
      expectErrorResponse(await answer(user.challengeId, assertion), 400, "code_invalid");
    }
    const late = await assert(user.authenticator, user.challengeId);
    service.clock.advance(5 * MINUTE);
    expectErrorResponse(await answer(user.challengeId, late), 400, "code_invalid");
    const renewed = await assert(user.authenticator, user.challengeId);
    expect((await answer(user.challengeId, renewed)).status).toBe(200);
  });

  it("counts wrong assertions like wrong codes: five for one challenge", async () => {
    const user = await pendingSignIn();
    const wrong = await assert(user.authenticator, user.challengeId, { challenge: "A".repeat(43) });
    for (let tries = 0; tries < 5; tries += 1)
      expectErrorResponse(await answer(user.challengeId, wrong), 400, "code_invalid");
    const right = await assert(user.authenticator, user.challengeId);
    expectErrorResponse(await answer(user.challengeId, right), 400, "code_invalid");
  });

  it("trusts the device on request, which then needs no passkey", async () => {
    const user = await pendingSignIn();
    const assertion = await assert(user.authenticator, user.challengeId);
    const fields = { factor: "passkey", rememberDevice: true };
    const { deviceToken } = (await answer(user.challengeId, assertion, fields)).body.data;
    const credentials = { email: user.email, password: PASSWORD };
    expect((await service.post("/login", { ...credentials, deviceToken })).body.data.token).toMatch(/^eyJ/);
    expect((await service.post("/login", credentials)).body.data.otpRequired).toBe(true);
  });
});

const loadsScript = ({ text }: PageResponse): boolean => /<script src="\/pages\/passkeys-/.test(text);

describe("the page of a sign-in by password and passkey", () => {
  it("loads the script, whose options and assertion complete the sign-in", async () => {
    const user = await userWithPasskey();
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), {
      email: user.email,
      password: PASSWORD,
    });
    expect(page.path).toBe("/sign-in/code");
    expect(loadsScript(page)).toBe(true);
    expect(page.headers.get("Content-Security-Policy")).toContain("connect-src 'self'");
    const started = await fetchFrom(browser, page, "/login/otp/options");
    expect(started.status).toBe(200);
    const assertion = await user.authenticator.get(started.body.data.options);
    const next = await browser.submit(page, { assertion: JSON.stringify(assertion) });
    expect(next.path).toBe("/account");
    expect(await sessionsWith(user.id)).toBe(1);
  });

  it("does not load it for another factor", async () => {
    const { email, token } = await registerWithPasskey(service);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(loadsScript(page)).toBe(false);
    expect(loadsScript(await browser.visit("/sign-in/code?factor=passkey"))).toBe(true);
  });
});
