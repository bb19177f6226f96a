import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import {
  addAuthenticator,
  createCodes,
  registerWithAuthenticator,
  startChallenge,
  wrongTotpCode,
} from "../../../support/authenticators.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { addPasskey, fetchFrom, registerWithPasskey } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD, subjectsTo } from "../../../support/users.ts";

// The factors of the service; any-factor.test.ts has the rules, with stand-ins.

const MINUTE = 60_000;
const service = startService({ env: { ACCESS_TOKEN_TTL: "7200" } });

const reauthenticate = (token: string, body: object) => service.post("/me/reauthenticate", body, token);

const optionsOf = async (token: string) =>
  (await service.post("/me/reauthenticate/options", undefined, token)).body.data.options;

const isRecent = async (token: string) =>
  (await service.call("DELETE", "/api/auth/me/phone", undefined, token)).status === 200;

const amrOf = (token: string) =>
  env.DB.prepare("SELECT amr FROM sessions WHERE id = ?").bind(decodeJwt(token).sid).first("amr");

const codesLeft = async (token: string) =>
  (await service.get("/me/factors", token)).body.data.recoveryCodesLeft;

/** A user with an authenticator and recovery codes, whose session is eleven minutes old. */
async function withAuthenticator() {
  const user = await registerWithAuthenticator(service);
  const codes = await createCodes(service, user.token);
  service.clock.advance(11 * MINUTE);
  return { ...user, codes };
}

/** The same with a passkey. */
async function withPasskey(settings: Parameters<typeof registerWithPasskey>[1] = {}) {
  const user = await registerWithPasskey(service, settings);
  service.clock.advance(11 * MINUTE);
  return user;
}

describe("a reauthentication by an authenticator", () => {
  it("takes the code with the password, once", async () => {
    const { token, authenticator } = await withAuthenticator();
    const code = authenticator.code();
    const body = { factor: "totp", code, password: PASSWORD };
    expectErrorResponse(await reauthenticate(token, { factor: "totp", code }), 400, "validation_failed");
    const wrong = wrongTotpCode(service, authenticator.secret);
    expectErrorResponse(await reauthenticate(token, { ...body, code: wrong }), 400, "code_invalid");
    expect(await isRecent(token)).toBe(false);
    expect((await reauthenticate(token, body)).status).toBe(200);
    expect([await isRecent(token), await amrOf(token)]).toEqual([true, "pwd otp mfa"]);
    expectErrorResponse(await reauthenticate(token, body), 400, "code_invalid");
  });

  it("and a sign-in share a code: the first of them uses it", async () => {
    const { email, token, authenticator } = await withAuthenticator();
    const code = authenticator.code();
    const challengeId = await startChallenge(service, email);
    expect((await service.post("/login/otp", { challengeId, code })).status).toBe(200);
    const body = { factor: "totp", code, password: PASSWORD };
    expectErrorResponse(await reauthenticate(token, body), 400, "code_invalid");
  });

  it("accepts one of fifty parallel uses of a code", async () => {
    const { token, authenticator } = await withAuthenticator();
    const body = { factor: "totp", code: authenticator.code(), password: PASSWORD };
    const answers = await inParallel(50, () => reauthenticate(token, body));
    expect(statusCounts(answers)[200]).toBe(1);
  });
});

describe("a reauthentication by a recovery code", () => {
  it("uses the code, and mails the owner at once", async () => {
    const { email, token, codes } = await withAuthenticator();
    const body = { factor: "recovery_code", code: codes[0], password: PASSWORD };
    expect((await reauthenticate(token, body)).status).toBe(200);
    expect(await codesLeft(token)).toBe(9);
    const notices = async () =>
      (await subjectsTo(service, email)).filter((subject) => subject.startsWith("A recovery code for "));
    expect(await notices()).toHaveLength(1);
    expectErrorResponse(await reauthenticate(token, body), 400, "code_invalid");
    expect([await codesLeft(token), await notices()]).toEqual([9, [expect.any(String)]]);
  });
});

describe("a reauthentication by a passkey", () => {
  it("names the passkeys of the account, and takes one assertion once", async () => {
    const { token, authenticator } = await withPasskey();
    const options = await optionsOf(token);
    expect(options.allowCredentials).toMatchObject([{ id: authenticator.credentials[0]?.id }]);
    const body = { factor: "passkey", assertion: await authenticator.get(options) };
    expect((await reauthenticate(token, body)).body.data).toEqual({ expiresIn: 600 });
    expect([await isRecent(token), await amrOf(token)]).toEqual([true, "pwd hwk user mfa"]);
    expectErrorResponse(await reauthenticate(token, body), 400, "code_invalid");
  });

  it("takes the password as well where a second factor is due and the passkey verified no user", async () => {
    const { token, authenticator } = await withPasskey({ isSynced: true });
    await reauthenticate(token, {
      factor: "passkey",
      assertion: await authenticator.get(await optionsOf(token)),
    });
    await addAuthenticator(service, token);
    service.clock.advance(11 * MINUTE);
    const body = {
      factor: "passkey",
      assertion: await authenticator.get(await optionsOf(token), { isUserVerified: false }),
    };
    expectErrorResponse(await reauthenticate(token, body), 400, "validation_failed");
    expect(await isRecent(token)).toBe(false);
    expect((await reauthenticate(token, { ...body, password: PASSWORD })).status).toBe(200);
  });

  it("accepts one of fifty parallel uses of an assertion", async () => {
    const { token, authenticator } = await withPasskey();
    const body = { factor: "passkey", assertion: await authenticator.get(await optionsOf(token)) };
    const answers = await inParallel(50, () => reauthenticate(token, body));
    expect(statusCounts(answers)[200]).toBe(1);
  });

  it("refuses another account's passkey, another session's challenge, and that of a sign-in", async () => {
    const { email, token, authenticator } = await withPasskey();
    const other = await withPasskey();
    const refused = async (assertion: object) =>
      expectErrorResponse(await reauthenticate(token, { factor: "passkey", assertion }), 400, "code_invalid");
    await refused(await other.authenticator.get(await optionsOf(token)));
    await refused(await authenticator.get(await optionsOf(other.token)));
    const { token: second } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    await refused(await authenticator.get(await optionsOf(second)));
    const signIn = (await service.post("/login/passkey/options", {})).body.data;
    await refused(await authenticator.get(signIn.options));
    const own = await authenticator.get(await optionsOf(token));
    await refused({ ...own, id: "AAAA", rawId: "AAAA" });
    expect(await isRecent(token)).toBe(false);
  });

  it("refuses a passkey that was removed meanwhile", async () => {
    const user = await withPasskey();
    const assertion = await user.authenticator.get(await optionsOf(user.token));
    await reauthenticate(user.token, { password: PASSWORD });
    await addPasskey(service, user.token, createAuthenticator());
    const path = `/api/auth/me/factors/${user.passkey.id}`;
    expect((await service.call("DELETE", path, undefined, user.token)).status).toBe(200);
    const body = { factor: "passkey", assertion };
    expectErrorResponse(await reauthenticate(user.token, body), 400, "code_invalid");
  });
});

describe("the page of a confirmation by passkey", () => {
  it("has the script with its options, and takes the assertion", async () => {
    const user = await registerWithPasskey(service);
    const browser = await signedInPageBrowser(service, user.email);
    service.clock.advance(11 * MINUTE);
    expect((await browser.visit("/account/confirm")).text).not.toContain("/pages/passkeys-");
    const page = await browser.visit("/account/confirm?factor=passkey");
    expect(page.text).toMatch(/<script src="\/pages\/passkeys-/);
    expect(page.text).toContain('data-passkey="second-factor" data-options="/me/reauthenticate/options"');
    const started = await fetchFrom(browser, page, "/me/reauthenticate/options");
    expect(started.status).toBe(200);
    const refused = await browser.submit(page, { assertion: "{}" });
    expect([refused.status, refused.path]).toEqual([400, "/account/confirm?factor=passkey"]);
    const assertion = await user.authenticator.get(started.body.data.options);
    const next = await browser.submit(refused, { assertion: JSON.stringify(assertion) });
    expect(next.path).toBe("/account");
    const confirmed = "SELECT count(*) AS n FROM sessions WHERE account_id = ? AND amr = 'pwd hwk user mfa'";
    expect(await env.DB.prepare(confirmed).bind(user.id).first("n")).toBe(1);
  });
});
