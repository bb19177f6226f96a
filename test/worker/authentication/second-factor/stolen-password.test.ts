import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { offerAuthenticator, verifyAuthenticator } from "../../../support/authenticators.ts";
import { ALL_KINDS, enableFactor, storeVerifiedPhone } from "../../../support/factors.ts";
import { mailedCodeTo, newPhoneNumber } from "../../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { addPasskey } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { SECOND_FACTORS: ALL_KINDS } });

/** What the account has: the kinds of its factors, and the number of its recovery codes. */
async function stored(email: string) {
  const id = await accountIdOf(email);
  const { results } = await env.DB.prepare("SELECT kind FROM factors WHERE account_id = ? ORDER BY kind")
    .bind(id)
    .all<{ kind: string }>();
  const codes = await env.DB.prepare("SELECT count(*) AS n FROM recovery_codes WHERE account_id = ?")
    .bind(id)
    .first<number>("n");
  return [results.map(({ kind }) => kind), codes];
}

const turnOnMail = (token: string) => service.post("/me/otp", { enabled: true, password: PASSWORD }, token);

/** Proves in that session that its user reads the mail of the account. */
async function confirmByMail(email: string, token: string): Promise<void> {
  const { challengeId } = (await service.post("/me/reauthenticate/code", {}, token)).body.data;
  const answer = { challengeId, code: await mailedCodeTo(service, email), password: PASSWORD };
  const confirmed = await service.post("/me/reauthenticate/otp", answer, token);
  expect(confirmed.status).toBe(200);
}

describe("a stolen password, on a device of the attacker", () => {
  it("does not switch the mailed code on, by the API", async () => {
    const { email, token } = await registerAndLogIn(service);
    expectErrorResponse(await turnOnMail(token), 403, "reauthentication_required");
    expect(await stored(email)).toEqual([[], 0]);
  });

  it("does not switch the mailed code on, on the page", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const answer = await browser.press(await browser.visit("/account/two-step"), {}, "email-on");
    expect(answer.headers.get("Location")).toBe("/account/confirm");
    expect(await stored(email)).toEqual([[], 0]);
  });

  it.each([
    ["options of a passkey", "/me/factors/passkeys/options", undefined],
    ["recovery codes", "/me/factors/recovery-codes", undefined],
    ["texted codes", "/me/factors/sms", undefined],
    ["an authenticator", "/me/factors/totp", undefined],
    ["the mailed code", "/me/otp", { enabled: true, password: PASSWORD }],
  ])("gets no %s in a session from before the owner enabled a factor", async (_what, path, body) => {
    const { email, token } = await registerAndLogIn(service);
    await storeVerifiedPhone(email, newPhoneNumber());
    await enableFactor(email, "email_otp");
    expectErrorResponse(await service.post(path, body, token), 403, "reauthentication_required");
    expect(await stored(email)).toEqual([["email_otp"], 0]);
  });

  it("adds no passkey to options that the session got before", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { sid } = decodeJwt(token);
    const known = (value: number) =>
      env.DB.prepare("UPDATE sessions SET is_known_device = ? WHERE id = ?").bind(value, sid).run();
    await known(1);
    const started = await service.post("/me/factors/passkeys/options", undefined, token);
    const attestation = await createAuthenticator().create(started.body.data.options);
    await known(0);
    await enableFactor(email, "email_otp");
    const answer = await service.post("/me/factors/passkeys", { attestation }, token);
    expectErrorResponse(answer, 403, "reauthentication_required");
    expect(await stored(email)).toEqual([["email_otp"], 0]);
  });

  it.each(["/account/two-step/recovery-codes", "/account/two-step/authenticator"])(
    "%s asks for more than the password, also beside another factor",
    async (path) => {
      const { email } = await registerVerifiedUser(service);
      const browser = await signedInPageBrowser(service, email);
      await enableFactor(email, "email_otp");
      expect((await browser.visit(path)).path).toBe("/account/confirm");
    },
  );

  it("is offered no new passkey on the page before it has shown more", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.visit("/account/passkeys");
    expect(page.text).not.toContain('data-passkey="create"');
    expect(page.text).toContain("Please confirm that it is you before you create a passkey.");
    expect((await browser.submit(page, {}, "confirm")).path).toBe("/account/confirm");
  });
});

describe("the owner of the password, on a new device", () => {
  it("enrols each factor after a code that was mailed for this session", async () => {
    const { email, token } = await registerAndLogIn(service);
    await storeVerifiedPhone(email, newPhoneNumber());
    await confirmByMail(email, token);
    await addPasskey(service, token, createAuthenticator());
    expect((await turnOnMail(token)).status).toBe(200);
    service.clock.advance(1);
    expect((await service.post("/me/factors/sms", undefined, token)).status).toBe(200);
    const offered = await offerAuthenticator(service, token);
    expect((await verifyAuthenticator(service, token, offered)).status).toBe(201);
    expect((await service.post("/me/factors/recovery-codes", undefined, token)).status).toBe(201);
    expect(await stored(email)).toEqual([["email_otp", "passkey", "sms_otp", "totp"], 10]);
  });

  it("switches the mailed code on by the page, after a mailed code that the page asks for", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const confirm = await browser.submit(await browser.visit("/account/two-step"), {}, "email-on");
    expect(confirm.text).toContain('name="factor" value="email_otp"');
    const code = await browser.submit(confirm, {});
    const back = await browser.submit(code, { code: await mailedCodeTo(service, email) });
    expect(back.path).toBe("/account/two-step");
    const on = await browser.submit(back, {}, "email-on");
    expect(on.text).toContain("Turn off codes by email");
    expect(await stored(email)).toEqual([["email_otp"], 0]);
  });

  it("reaches the form of a new passkey by the confirmation", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const confirm = await browser.submit(await browser.visit("/account/passkeys"), {}, "confirm");
    const code = await browser.submit(confirm, {});
    const back = await browser.submit(code, { code: await mailedCodeTo(service, email) });
    expect(back.path).toBe("/account/passkeys");
    expect(back.text).toContain('data-passkey="create"');
  });
});
