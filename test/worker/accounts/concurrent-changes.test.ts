import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { enableSecondFactor, markDeviceAsKnown, newPhoneNumber } from "../../support/one-time-codes.ts";
import { startService } from "../../support/service.ts";
import { logIn, mailTo, newAddress, PASSWORD, registerAndLogIn, tokenMailedTo } from "../../support/users.ts";

const NEW_PASSWORD = "another quiet harbour";
const service = startService();

async function reset(email: string): Promise<void> {
  await service.post("/forgot-password", { email });
  const token = await tokenMailedTo(service, email);
  await service.post("/reset-password", { token, newPassword: NEW_PASSWORD });
}

describe("a password reset during another account change", () => {
  it("fails an email change and mails no link when the password is reset meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    // The first batch counts the attempt; the second makes the change.
    const slow = startWithHeldBatch(2);
    const pending = slow.service.post("/me/email", { newEmail, password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    slow.release();
    expect((await pending).status).toBe(401);
    expect(await mailTo(service, newEmail)).toEqual([]);
  });

  it("fails a second factor change when the password is reset meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    const slow = startWithHeldBatch(2);
    await markDeviceAsKnown(token);
    const pending = slow.service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    slow.release();
    expect((await pending).status).toBe(401);
    await logIn(service, email, NEW_PASSWORD);
  });

  it("fails a reauthentication and mails no code when the password is reset meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    const slow = startWithHeldBatch(2);
    const pending = slow.service.post("/me/reauthenticate", { password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    const mails = await mailTo(service, email);
    slow.release();
    expectErrorResponse(await pending, 401, "refresh_invalid");
    expect(await mailTo(service, email)).toEqual(mails);
  });

  it("fails a deactivation when the password is reset meanwhile, and says that the password is wrong", async () => {
    const { email, token } = await registerAndLogIn(service);
    const slow = startWithHeldBatch(2);
    const pending = slow.service.post("/me/deactivate", { password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    slow.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    await logIn(service, email, NEW_PASSWORD);
  });

  it("fails a request for a phone code when the account is deactivated or the session ends meanwhile", async () => {
    for (const [change, status, code] of [
      ["deactivate", 401, "unauthorized"],
      ["logout-all", 403, "reauthentication_required"],
    ] as const) {
      const { email, token } = await registerAndLogIn(service);
      const slow = startWithHeldBatch(1);
      const pending = slow.service.post("/me/phone", { phone: newPhoneNumber() }, token);
      await slow.reached;
      if (change === "deactivate") {
        const query = "UPDATE accounts SET status = 'deactivated' WHERE email = ?";
        await env.DB.prepare(query).bind(email).run();
      } else await service.post("/logout-all", {}, token);
      slow.release();
      expectErrorResponse(await pending, status, code);
    }
  });
});

describe("account changes under the mail send limits", () => {
  const RATE_LIMITS = "{}";

  it("keeps the email change link valid when a second request for the same address is over the send limit", async () => {
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const { token } = await registerAndLogIn(service);
    const body = { newEmail: newAddress(), password: PASSWORD };
    await limited.post("/me/email", body, token);
    expectErrorResponse(await limited.post("/me/email", body, token), 429, "rate_limited");
    const link = await tokenMailedTo(service, body.newEmail);
    expect((await limited.post("/verify-email", { token: link })).status).toBe(200);
  });

  // Fault 17: the mistyped address is that of another person, who could take the account over with its link.
  it("voids the link to a mistyped address at once and says that the mail to the right one is held back", async () => {
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const { token } = await registerAndLogIn(service);
    const [first, second] = [newAddress(), newAddress()];
    await limited.post("/me/email", { newEmail: first, password: PASSWORD }, token);
    const corrected = await limited.post("/me/email", { newEmail: second, password: PASSWORD }, token);
    expectErrorResponse(corrected, 429, "rate_limited");
    expect(Number(corrected.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await mailTo(service, second)).toEqual([]);
    const link = await tokenMailedTo(service, first);
    expectErrorResponse(await limited.post("/verify-email", { token: link }), 400, "token_invalid");
    limited.clock.advance(61_000);
    expect((await limited.post("/me/email", { newEmail: second, password: PASSWORD }, token)).status).toBe(
      200,
    );
    const right = await tokenMailedTo(service, second);
    expect((await limited.post("/verify-email", { token: right })).status).toBe(200);
  });

  it("answers requests for a taken and for a free address alike when the send limit is reached", async () => {
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const { email: taken } = await registerAndLogIn(service);
    const answers = [];
    for (const newEmail of [taken, newAddress()]) {
      const { token } = await registerAndLogIn(service);
      const body = { newEmail, password: PASSWORD };
      await limited.post("/me/email", body, token);
      const again = await limited.post("/me/email", body, token);
      answers.push([again.status, again.body.error?.code, again.headers.get("Retry-After")]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual([429, "rate_limited", "60"]);
  });

  it("applies MAIL_HOURLY_CAP to mails that anyone can request, and not to a password change notice", async () => {
    const capped = startService({ env: { RATE_LIMITS, BURST: undefined, MAIL_HOURLY_CAP: "1" } });
    capped.clock.advance(2 * 3_600_000);
    const { email } = await registerAndLogIn(service);
    const { token } = await logIn(capped, email);
    for (let request = 0; request < 3; request++) await capped.post("/forgot-password", { email });
    const unmailed = newAddress();
    // Another client, because each client has limits of its own.
    const registration = { email: unmailed, password: PASSWORD, name: "Ada" };
    const client = { "CF-Connecting-IP": "192.0.2.7" };
    expect((await capped.call("POST", "/api/auth/register", registration, undefined, client)).status).toBe(
      201,
    );
    expect(await mailTo(service, unmailed)).toEqual([]);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await capped.post("/me/password", change, token)).status).toBe(200);
    expect((await mailTo(service, email))[0]?.subject).toMatch(/was changed/);
  });
});
