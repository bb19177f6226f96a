import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  enableSecondFactor,
  mailedCodeTo,
  newPhoneNumber,
  startReauthentication,
  startSecondFactor,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { type Service, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { accountIdOf, mailTo, newAddress, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;
const providers = openProviders();
const start = (more: Record<string, string> = {}) =>
  startService({ env: { ...providers.variables, ACCESS_TOKEN_TTL: "7200", ...more } });

const NEW_PASSWORD = "another quiet harbour";

/** A user with a second factor, a phone number and a linked identity, whose session is `minutes` old. */
async function userWithSecondFactor(service: Service, minutes = 11) {
  const { email, token } = await registerAndLogIn(service);
  await enableSecondFactor(service, token);
  await env.DB.prepare("UPDATE accounts SET phone = ? WHERE email = ?").bind(newPhoneNumber(), email).run();
  await linkGitHub(email);
  const challenge = await startSecondFactor(service, email);
  const session = (await service.post("/login/otp", challenge)).body.data;
  service.clock.advance(minutes * MINUTE);
  return { email, token: session.token as string };
}

/** Every change that takes the password with the request, and every one that needs a recent authentication. */
const changes: Record<string, (service: Service, token: string) => ReturnType<Service["post"]>> = {
  "a new password": (service, token) =>
    service.post("/me/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, token),
  "a new address": (service, token) =>
    service.post("/me/email", { newEmail: newAddress(), password: PASSWORD }, token),
  "no second factor any more": (service, token) =>
    service.post("/me/otp", { enabled: false, password: PASSWORD }, token),
  "a deactivated account": (service, token) => service.post("/me/deactivate", { password: PASSWORD }, token),
  "another identity": async (service, token) => {
    const idToken = "not evaluated before the reauthentication";
    return service.post("/me/identities/google", { idToken, password: PASSWORD }, token);
  },
  "one identity less": (service, token) =>
    service.call("DELETE", "/api/auth/me/identities/github", undefined, token),
  "another phone number": (service, token) => service.post("/me/phone", { phone: newPhoneNumber() }, token),
  "no phone number": (service, token) => service.call("DELETE", "/api/auth/me/phone", undefined, token),
};

const stateOf = async (email: string) => {
  const id = await accountIdOf(email);
  const of = (sql: string) => env.DB.prepare(sql).bind(id).all();
  return [
    (await of("SELECT * FROM accounts WHERE id = ?")).results,
    (await of("SELECT kind FROM factors WHERE account_id = ?")).results,
    (await of("SELECT provider FROM identities WHERE account_id = ?")).results,
    (await of("SELECT purpose FROM email_tokens WHERE account_id = ?")).results,
  ];
};

describe("sensitive changes of an account with a second factor", () => {
  it.each(Object.entries(changes))(
    "refuse %s with the password alone in a session that was opened ten minutes ago",
    async (_what, change) => {
      const service = start();
      const { email, token } = await userWithSecondFactor(service);
      const before = await stateOf(email);
      expectErrorResponse(await change(service, token), 403, "reauthentication_required");
      await service.post("/me/reauthenticate", { password: PASSWORD }, token);
      expectErrorResponse(await change(service, token), 403, "reauthentication_required");
      expect(await stateOf(email)).toEqual(before);
    },
  );

  it.each(Object.entries(changes))("allow %s after the mailed code", async (_what, change) => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const answer = await startReauthentication(service, email, token);
    const verified = await service.post("/me/reauthenticate/otp", answer, token);
    expect([verified.status, verified.body.data]).toEqual([200, { expiresIn: 600 }]);
    expect((await change(service, token)).body.error?.code).not.toBe("reauthentication_required");
  });

  it.each(Object.entries(changes))(
    "allow %s within ten minutes of a sign-in with the second factor",
    async (_what, change) => {
      const service = start();
      const { token } = await userWithSecondFactor(service, 9);
      expect((await change(service, token)).body.error?.code).not.toBe("reauthentication_required");
    },
  );

  it("need the second factor where the service requires it of everyone", async () => {
    const service = start({ LOGIN_OTP: "always" });
    const { email, token } = await registerAndLogIn(
      startService({ env: { ACCESS_TOKEN_TTL: "7200" }, clock: service.clock }),
    );
    service.clock.advance(11 * MINUTE);
    const change = () => service.post("/me/email", { newEmail: newAddress(), password: PASSWORD }, token);
    expectErrorResponse(await change(), 403, "reauthentication_required");
    const answer = await startReauthentication(service, email, token);
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
    expect((await change()).status).toBe(200);
  });

  it("take the code from an account without a password", async () => {
    const service = start({ LOGIN_OTP: "always" });
    const user = socialUser();
    const accessToken = await providers.tokenOf(user);
    const { challengeId } = (await service.post("/social/github/token", { accessToken })).body.data;
    const code = await mailedCodeTo(service, user.email);
    const { token } = (await service.post("/login/otp", { challengeId, code })).body.data;
    service.clock.advance(11 * MINUTE);
    const started = await service.post("/me/reauthenticate", {}, token);
    expect(started.body.data.otpRequired).toBe(true);
    const removal = () => service.call("DELETE", "/api/auth/me/phone", undefined, token);
    expectErrorResponse(await removal(), 403, "reauthentication_required");
    const answer = {
      challengeId: started.body.data.challengeId,
      code: await mailedCodeTo(service, user.email),
    };
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
    expect((await removal()).status).toBe(200);
  });
});

describe("the code of a reauthentication", () => {
  it("is good once, in the session that asked for it, and in no other of the account", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const other = (await service.post("/login/otp", await startSecondFactor(service, email))).body.data;
    const answer = await startReauthentication(service, email, token);
    const verify = (as: string) => service.post("/me/reauthenticate/otp", answer, as);
    expectErrorResponse(await verify(other.token), 400, "code_invalid");
    const answers = await inParallel(20, () => verify(token));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 19 });
    service.clock.advance(11 * MINUTE);
    const removal = await service.call("DELETE", "/api/auth/me/phone", undefined, other.token);
    expectErrorResponse(removal, 403, "reauthentication_required");
  });

  it("neither signs in nor verifies a phone number, and no code of these reauthenticates", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const answer = await startReauthentication(service, email, token);
    expectErrorResponse(await service.post("/login/otp", answer), 400, "code_invalid");
    expectErrorResponse(await service.post("/me/phone/verify", answer, token), 400, "code_invalid");
    const signIn = await startSecondFactor(service, email);
    expectErrorResponse(await service.post("/me/reauthenticate/otp", signIn, token), 400, "code_invalid");
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
  });

  it("has five attempts, and a new code voids the earlier one", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const first = await startReauthentication(service, email, token);
    const verify = (answer: object) => service.post("/me/reauthenticate/otp", answer, token);
    const wrong = { ...first, code: wrongCode(first.code) };
    const guesses = await inParallel(5, () => verify(wrong));
    expect(statusCounts(guesses)).toEqual({ 400: 5 });
    expectErrorResponse(await verify(first), 400, "code_invalid");
    const second = await startReauthentication(service, email, token);
    const third = await startReauthentication(service, email, token);
    expectErrorResponse(await verify(second), 400, "code_invalid");
    expect((await verify(third)).status).toBe(200);
  });

  it("counts wrong codes and wrong passwords for one lockout, whose end it does not bring forward", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const verify = (answer: object) => service.post("/me/reauthenticate/otp", answer, token);
    for (let challenge = 0; challenge < 2; challenge += 1) {
      const answer = await startReauthentication(service, email, token);
      for (let guess = 0; guess < 5; guess += 1) await verify({ ...answer, code: wrongCode(answer.code) });
    }
    const refused = await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expectErrorResponse(refused, 429, "too_many_attempts");
  });

  it("expires after ten minutes, and ends with a change of the password and with its session", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service, 8);
    const answer = await startReauthentication(service, email, token);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await service.post("/me/password", change, token)).status).toBe(200);
    expectErrorResponse(await service.post("/me/reauthenticate/otp", answer, token), 400, "code_invalid");

    const late = await userWithSecondFactor(service);
    const lateAnswer = await startReauthentication(service, late.email, late.token);
    service.clock.advance(10 * MINUTE);
    expectErrorResponse(
      await service.post("/me/reauthenticate/otp", lateAnswer, late.token),
      400,
      "code_invalid",
    );
  });

  it("is mailed five times an hour at most, together with those of sign-ins, and the last one stays valid", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const env = { RATE_LIMITS: "{}", BURST: undefined };
    const limited = startService({ env, clock: service.clock });
    let answer = await startReauthentication(limited, email, token);
    for (let mails = 3; mails <= 5; mails += 1) answer = await startReauthentication(limited, email, token);
    const refused = await limited.post("/me/reauthenticate", { password: PASSWORD }, token);
    expectErrorResponse(refused, 429, "rate_limited");
    expect(refused.headers.get("Retry-After")).toBe("3600");
    expect((await limited.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
  });

  it("is mailed only after the correct password", async () => {
    const service = start();
    const { email, token } = await userWithSecondFactor(service);
    const before = (await mailTo(service, email)).length;
    expectErrorResponse(
      await service.post("/me/reauthenticate", { password: "not the password" }, token),
      401,
      "invalid_credentials",
    );
    expect((await mailTo(service, email)).length).toBe(before);
  });
});

describe("the pages of sensitive changes of an account with a second factor", () => {
  /** A browser whose session was opened with the second factor eleven minutes ago. */
  async function olderBrowser(service: Service) {
    const { email } = await userWithSecondFactor(service, 0);
    const browser = openPageBrowser(service);
    const code = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    await browser.submit(code, { code: await mailedCodeTo(service, email) });
    service.clock.advance(11 * MINUTE);
    return { email, browser };
  }

  it.each([
    "/account/password",
    "/account/email",
    "/account/two-step/authenticator",
    "/account/two-step/recovery-codes",
    "/account/deactivate",
    "/account/phone",
    "/account/linked",
  ])("lead from %s to the confirmation by password and code, and back", async (path) => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    const asked = await browser.visit(path);
    expect(asked.path).toBe("/account/confirm");
    const refused = await browser.submit(asked, { password: "not the password" });
    expect([refused.status, refused.text.includes("The password is not correct.")]).toEqual([401, true]);
    const empty = await browser.submit(refused, { password: "" });
    expect([empty.status, empty.text.includes("Please fill this in.")]).toEqual([400, true]);
    const code = await browser.submit(empty, { password: PASSWORD });
    expect([code.path, code.text.includes('name="code"')]).toEqual(["/account/confirm", true]);
    const correct = await mailedCodeTo(service, email);
    const wrong = await browser.submit(code, { code: wrongCode(correct) });
    expect(wrong.status).toBe(400);
    const back = await browser.submit(wrong, { code: correct });
    expect([back.status, back.path]).toEqual([200, path]);
    expect((await browser.visit(path)).path).toBe(path);
  });

  it("lead to the confirmation when the ten minutes end before the form is sent, and change nothing", async () => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    const asked = await browser.submit(await browser.visit("/account/password"), { password: PASSWORD });
    const page = await browser.submit(asked, { code: await mailedCodeTo(service, email) });
    service.clock.advance(11 * MINUTE);
    const before = await stateOf(email);
    const answer = await browser.press(page, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account/confirm"]);
    expect(await stateOf(email)).toEqual(before);
  });

  it("mail another code after the password, and lead nowhere else than to an account page", async () => {
    const service = start();
    const { email, browser } = await olderBrowser(service);
    const code = await browser.submit(await browser.visit("/account/phone"), { password: PASSWORD });
    const earlier = await mailedCodeTo(service, email);
    const again = await browser.submit(code, {}, "resend");
    const next = await browser.submit(again, { password: PASSWORD });
    expect((await browser.submit(next, { code: earlier })).status).toBe(400);
    browser.jar.set("__Host-gh_confirm", encodeURIComponent("//elsewhere.example .1"));
    const planted = await browser.submit(await browser.visit("/account/confirm"), { password: PASSWORD });
    const done = await browser.submit(planted, { code: await mailedCodeTo(service, email) });
    expect(done.path).toBe("/account");
  });
});
