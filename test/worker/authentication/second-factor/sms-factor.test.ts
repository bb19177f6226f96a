import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { ALL_KINDS, enableFactor, markDevicesAsKnown, storeVerifiedPhone } from "../../../support/factors.ts";
import {
  newPhoneNumber,
  smsCodeTo,
  smsMessagesTo,
  verifyPhoneNumber,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, logIn, PASSWORD, registerVerifiedUser, subjectsTo } from "../../../support/users.ts";

const MINUTE = 60_000;

const service = startService({ clock: createTestClock(), env: { SECOND_FACTORS: ALL_KINDS } });
const byDefault = startService({ clock: service.clock });

/** A user with a verified number, who has signed in on a known device. */
async function userWithPhone(at = service) {
  const { email } = await registerVerifiedUser(at);
  const { deviceToken } = (await at.post("/login", { email, password: PASSWORD })).body.data;
  const { token } = (await at.post("/login", { email, password: PASSWORD, deviceToken })).body.data;
  const phone = await verifyPhoneNumber(at, token);
  return { email, token: token as string, phone };
}

const enable = (token: string, at = service) => at.post("/me/factors/sms", undefined, token);

/** By the id of the list. An unknown id where it is disabled already. */
async function disable(token: string, at = service) {
  const { factors } = (await at.get("/me/factors", token)).body.data;
  const sms = factors.find(({ kind }: { readonly kind: string }) => kind === "sms_otp");
  return at.call("DELETE", `/api/auth/me/factors/${sms?.id ?? crypto.randomUUID()}`, undefined, token);
}

const kindsOf = async (email: string) => {
  const { results } = await env.DB.prepare("SELECT kind FROM factors WHERE account_id = ? ORDER BY kind")
    .bind(await accountIdOf(email))
    .all<{ kind: string }>();
  return results.map(({ kind }) => kind);
};

describe("the texted code of a sign-in", () => {
  it("is enabled once, answers the challenge, and is disabled, each with a notice", async () => {
    const { email, token, phone } = await userWithPhone();
    expect((await enable(token)).status).toBe(200);
    expect((await enable(token)).status).toBe(200);
    expect(await kindsOf(email)).toEqual(["sms_otp"]);
    const texts = (await smsMessagesTo(service, phone)).length;
    const login = await service.post("/login", { email, password: PASSWORD });
    expect(login.body.message).toBe("We have texted you a code.");
    expect(login.body.data).toMatchObject({ factors: ["sms_otp"], defaultFactor: "sms_otp" });
    expect(await smsMessagesTo(service, phone)).toHaveLength(texts + 1);
    const { challengeId } = login.body.data;
    const code = await smsCodeTo(service, phone);
    expectErrorResponse(
      await service.post("/login/otp", { challengeId, code: wrongCode(code) }),
      400,
      "code_invalid",
    );
    const answer = await service.post("/login/otp", { challengeId, code });
    expect(decodeJwt(answer.body.data.token).amr).toEqual(["pwd", "sms", "mfa"]);
    expect((await disable(answer.body.data.token)).status).toBe(200);
    expect(await kindsOf(email)).toEqual([]);
    expect((await logIn(service, email)).token).toMatch(/^eyJ/);
    expect(await subjectsTo(service, email)).toEqual(
      expect.arrayContaining([
        "Codes by text message are on for Gatehouse",
        "A way to sign in to Gatehouse was removed",
      ]),
    );
  });

  it("is texted again on request, which voids the earlier code", async () => {
    const { email, token, phone } = await userWithPhone();
    await enable(token);
    const { challengeId } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    const first = await smsCodeTo(service, phone);
    service.clock.advance(MINUTE);
    await service.post("/login/otp/resend", { challengeId });
    const second = await smsCodeTo(service, phone);
    if (first !== second)
      expect((await service.post("/login/otp", { challengeId, code: first })).status).toBe(400);
    expect((await service.post("/login/otp", { challengeId, code: second })).status).toBe(200);
  });

  it("is texted five times an hour, and within the cap of all texts", async () => {
    const { email, token, phone } = await userWithPhone();
    await enable(token);
    const limits = { SECOND_FACTORS: ALL_KINDS, RATE_LIMITS: "", BURST: undefined };
    const limited = startService({ clock: service.clock, env: limits });
    const before = (await smsMessagesTo(service, phone)).length;
    const statuses: number[] = [];
    for (let signIns = 0; signIns < 6; signIns += 1)
      statuses.push((await limited.post("/login", { email, password: PASSWORD })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await smsMessagesTo(service, phone)).toHaveLength(before + 5);
    const other = await userWithPhone();
    await enable(other.token);
    const capped = startService({ clock: service.clock, env: { ...limits, SMS_HOURLY_CAP: "5" } });
    const refused = await capped.post("/login", { email: other.email, password: PASSWORD });
    expectErrorResponse(refused, 429, "rate_limited");
    // So are the texts of a reauthentication. It needs an instant after the enrolment.
    service.clock.advance(1);
    const again = await capped.post("/me/reauthenticate/code", { factor: "sms_otp" }, other.token);
    expectErrorResponse(again, 429, "rate_limited");
    const uncapped = await limited.post("/me/reauthenticate/code", { factor: "sms_otp" }, other.token);
    expect(uncapped.status).toBe(200);
  });

  it("is refused where the service does not allow it, and is not offered there", async () => {
    const { email, token } = await userWithPhone();
    await enable(token);
    expectErrorResponse(await enable(token, byDefault), 404, "not_found");
    const login = await byDefault.post("/login", { email, password: PASSWORD });
    expect(login.body.data.factors).toEqual(["email_otp"]);
  });

  it("needs a verified number, and goes with it", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token } = await logIn(service, email);
    await markDevicesAsKnown(email);
    expectErrorResponse(await enable(token), 409, "conflict");
    const user = await userWithPhone();
    await enable(user.token);
    expect((await service.call("DELETE", "/api/auth/me/phone", undefined, user.token)).status).toBe(200);
    expect(await kindsOf(user.email)).toEqual([]);
  });

  it("goes with a number that another one replaces, and stays with the same number", async () => {
    const { email, token, phone } = await userWithPhone();
    await enable(token);
    service.clock.advance(MINUTE);
    expect((await service.post("/me/phone", { phone }, token)).status).toBe(200);
    expect(await kindsOf(email)).toEqual(["sms_otp"]);
    service.clock.advance(MINUTE);
    expect((await service.post("/me/phone", { phone: newPhoneNumber() }, token)).status).toBe(200);
    expect(await kindsOf(email)).toEqual([]);
  });

  it("needs a recent authentication, and a known device or a code, also beside another factor", async () => {
    const { email } = await registerVerifiedUser(service);
    await storeVerifiedPhone(email, newPhoneNumber());
    const { token } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    expectErrorResponse(await enable(token), 403, "reauthentication_required");
    await enableFactor(email, "email_otp");
    expectErrorResponse(await enable(token), 403, "reauthentication_required");
    expect(await kindsOf(email)).toEqual(["email_otp"]);
    await markDevicesAsKnown(email);
    expect((await enable(token)).status).toBe(200);
    service.clock.advance(10 * MINUTE);
    expectErrorResponse(await disable(token), 403, "reauthentication_required");
    expect(await kindsOf(email)).toEqual(["email_otp", "sms_otp"]);
  });

  it("is enabled by one of 20 parallel requests", async () => {
    const { email, token } = await userWithPhone();
    const answers = await inParallel(20, () => enable(token));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await kindsOf(email)).toEqual(["sms_otp"]);
    const events = await env.DB.prepare(
      "SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND type = 'second_factor_changed'",
    )
      .bind(await accountIdOf(email))
      .first("n");
    expect(events).toBe(1);
  });

  it("cannot be disabled as the last factor where the policy requires one", async () => {
    const required = startService({
      clock: service.clock,
      env: { SECOND_FACTORS: "sms_otp", SECOND_FACTOR: "required" },
    });
    const { email, token } = await userWithPhone();
    await enable(token);
    expectErrorResponse(await disable(token, required), 409, "conflict");
    expect(await kindsOf(email)).toEqual(["sms_otp"]);
    await enableFactor(email, "totp");
    expect((await disable(token, required)).status).toBe(200);
    expect(await kindsOf(email)).toEqual(["totp"]);
    expectErrorResponse(await disable(token, required), 404, "not_found");
  });

  it("is not offered without an SMS provider", async () => {
    const { email, token } = await userWithPhone();
    await enable(token);
    const without = startService({
      clock: service.clock,
      env: { SECOND_FACTORS: ALL_KINDS, SMS_PROVIDER: "off" },
    });
    const login = await without.post("/login", { email, password: PASSWORD });
    expect(login.body.data.factors).toEqual(["email_otp"]);
    expectErrorResponse(await enable(token, without), 404, "not_found");
  });
});
