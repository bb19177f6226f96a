import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import {
  ALL_FACTORS,
  ALL_KINDS,
  ANSWERS,
  ASSERTION,
  enableFactor,
  setAccountColumn,
  storeRecoveryCode,
  storeVerifiedPhone,
} from "../../../support/factors.ts";
import {
  mailedCodeTo,
  newPhoneNumber,
  smsCodeTo,
  smsMessagesTo,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;

const service = startService({
  clock: createTestClock(),
  env: { SECOND_FACTORS: ALL_KINDS },
  secondFactors: ALL_FACTORS,
});

/** A user who has every factor. */
async function userWithAll() {
  const { email } = await registerVerifiedUser(service);
  const phone = newPhoneNumber();
  await storeVerifiedPhone(email, phone);
  for (const kind of ["totp", "passkey", "sms_otp", "email_otp"] as const) await enableFactor(email, kind);
  await storeRecoveryCode(email);
  return { email, phone };
}

const logIn = async (email: string) =>
  (await service.post("/login", { email, password: PASSWORD })).body.data;

const verify = (body: object) => service.post("/login/otp", body);

const amrOf = (answer: Awaited<ReturnType<typeof verify>>) => {
  const { amr, acr } = decodeJwt(answer.body.data.token);
  return [amr, acr];
};

const triesOf = (challengeId: string) =>
  env.DB.prepare("SELECT tries FROM one_time_codes WHERE id = ?").bind(challengeId).first<number>("tries");

describe("the challenge of a sign-in", () => {
  it("names the factors that may answer it, and the one that it asks for", async () => {
    const { email, phone } = await userWithAll();
    const mails = (await mailTo(service, email)).length;
    const login = await service.post("/login", { email, password: PASSWORD });
    expect([login.status, login.body.message]).toEqual([200, "Answer by totp."]);
    expect(login.body.data).toEqual({
      otpRequired: true,
      challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresIn: 600,
      factors: ["totp", "passkey", "email_otp", "sms_otp", "recovery_code"],
      defaultFactor: "totp",
    });
    expect((await mailTo(service, email)).length).toBe(mails);
    expect(await smsMessagesTo(service, phone)).toEqual([]);
  });

  it.each([
    ["totp", { code: ANSWERS.totp }, ["pwd", "otp", "mfa"]],
    ["totp", { code: ANSWERS.totp, factor: "totp" }, ["pwd", "otp", "mfa"]],
    ["passkey", { assertion: ASSERTION }, ["pwd", "hwk", "user", "mfa"]],
    ["passkey", { assertion: ASSERTION, factor: "passkey" }, ["pwd", "hwk", "user", "mfa"]],
    ["recovery_code", { code: ANSWERS.recovery_code, factor: "recovery_code" }, ["pwd", "otp", "mfa"]],
  ])("is answered by %s with %j, and the session has the amr %j", async (_kind, body, amr) => {
    const { email } = await userWithAll();
    const { challengeId } = await logIn(email);
    const answer = await verify({ challengeId, ...body });
    expect(answer.status).toBe(200);
    expect(amrOf(answer)[0]).toEqual(amr);
    expect(amrOf(answer)[1]).not.toBe("urn:gatehouse:acr:1fa");
  });

  it("is answered by a code that is mailed or texted on request", async () => {
    const { email, phone } = await userWithAll();
    for (const [factor, codeOf, amr] of [
      ["email_otp", () => mailedCodeTo(service, email), ["pwd", "otp", "mfa"]],
      ["sms_otp", () => smsCodeTo(service, phone), ["pwd", "sms", "mfa"]],
    ] as const) {
      const { challengeId } = await logIn(email);
      expect((await service.post("/login/otp/send", { challengeId, factor })).status).toBe(200);
      // Without a name it is a code of the kind that was sent last.
      const answer = await verify({ challengeId, code: await codeOf() });
      expect(answer.status).toBe(200);
      expect(amrOf(answer)[0]).toEqual(amr);
    }
  });

  it("takes a code for the kind only that it was sent as", async () => {
    const { email, phone } = await userWithAll();
    const { challengeId } = await logIn(email);
    await service.post("/login/otp/send", { challengeId, factor: "email_otp" });
    const code = await mailedCodeTo(service, email);
    expectErrorResponse(await verify({ challengeId, code, factor: "sms_otp" }), 400, "code_invalid");
    expectErrorResponse(await verify({ challengeId, code, factor: "totp" }), 400, "code_invalid");
    service.clock.advance(MINUTE);
    await service.post("/login/otp/send", { challengeId, factor: "sms_otp" });
    // The texted code has voided the mailed one.
    expectErrorResponse(await verify({ challengeId, code, factor: "email_otp" }), 400, "code_invalid");
    const texted = await smsCodeTo(service, phone);
    expect((await verify({ challengeId, code: texted, factor: "sms_otp" })).status).toBe(200);
  });

  it("is answered neither by a factor of another kind, nor by one that it does not offer", async () => {
    const { email } = await registerVerifiedUser(service);
    await enableFactor(email, "totp");
    const { challengeId, factors } = await logIn(email);
    expect(factors).toEqual(["totp"]);
    for (const body of [
      { assertion: ASSERTION },
      { code: ANSWERS.recovery_code, factor: "recovery_code" },
      { code: "", factor: "email_otp" },
      { code: ANSWERS.totp, factor: "sms_otp" },
    ])
      expect((await verify({ challengeId, ...body })).status).toBe(400);
    expect((await verify({ challengeId, code: ANSWERS.totp })).status).toBe(200);
  });

  it("needs either a code or an assertion", async () => {
    const { email } = await userWithAll();
    const { challengeId } = await logIn(email);
    expectErrorResponse(await verify({ challengeId }), 400, "validation_failed");
    const both = { challengeId, code: ANSWERS.totp, assertion: ASSERTION };
    expectErrorResponse(await verify(both), 400, "validation_failed");
    expect(await triesOf(challengeId)).toBe(0);
  });
});

describe("a code on request", () => {
  it("is sent for a factor that the challenge offers, and changes nothing otherwise", async () => {
    const { email } = await registerVerifiedUser(service);
    await enableFactor(email, "totp");
    const mails = (await mailTo(service, email)).length;
    const { challengeId } = await logIn(email);
    const unknown = await service.post("/login/otp/send", {
      challengeId: crypto.randomUUID(),
      factor: "email_otp",
    });
    for (const factor of ["email_otp", "sms_otp"]) {
      const answer = await service.post("/login/otp/send", { challengeId, factor });
      expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body]);
    }
    expect((await service.post("/login/otp/resend", { challengeId })).status).toBe(200);
    expect((await mailTo(service, email)).length).toBe(mails);
    expect((await verify({ challengeId, code: ANSWERS.totp })).status).toBe(200);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM queued_requests").first("n")).toBe(0);
  });

  it("is sent at most once a minute where messages are limited", async () => {
    const limited = startService({
      clock: service.clock,
      env: { SECOND_FACTORS: ALL_KINDS, RATE_LIMITS: "", BURST: undefined },
      secondFactors: ALL_FACTORS,
    });
    const { email, phone } = await userWithAll();
    const { challengeId } = await logIn(email);
    for (let sends = 0; sends < 3; sends += 1)
      for (const factor of ["email_otp", "sms_otp"])
        expect((await limited.post("/login/otp/send", { challengeId, factor })).status).toBe(200);
    expect(await mailTo(service, email)).toHaveLength(1);
    expect(await smsMessagesTo(service, phone)).toHaveLength(1);
  });

  it("gives no further tries at the other factors", async () => {
    const { email } = await userWithAll();
    const { challengeId } = await logIn(email);
    for (let tries = 0; tries < 3; tries += 1) await verify({ challengeId, code: wrongCode(ANSWERS.totp) });
    await service.post("/login/otp/send", { challengeId, factor: "email_otp" });
    expect(await triesOf(challengeId)).toBe(3);
    service.clock.advance(MINUTE);
    await service.post("/login/otp/resend", { challengeId });
    expect(await mailTo(service, email)).toHaveLength(2);
    expect(await triesOf(challengeId)).toBe(3);
  });
});

describe("guesses at several factors", () => {
  it("share the five tries of a challenge, and the lockout of the account", async () => {
    const { email, phone } = await userWithAll();
    const guesses = [
      { code: "000001", factor: "totp" },
      { assertion: { id: "another" } },
      { code: "000002", factor: "email_otp" },
      { code: "000003", factor: "sms_otp" },
      { code: "wrong", factor: "recovery_code" },
    ];
    const first = (await logIn(email)).challengeId;
    for (const guess of guesses)
      expectErrorResponse(await verify({ challengeId: first, ...guess }), 400, "code_invalid");
    // No tries are left, whatever the factor.
    for (const right of [{ code: ANSWERS.totp }, { assertion: ASSERTION }])
      expectErrorResponse(await verify({ challengeId: first, ...right }), 400, "code_invalid");
    const second = (await logIn(email)).challengeId;
    const codes: (string | undefined)[] = [];
    for (const guess of guesses)
      codes.push((await verify({ challengeId: second, ...guess })).body.error?.code);
    expect(codes).toEqual([...new Array(4).fill("code_invalid"), "too_many_attempts"]);
    expectErrorResponse(await verify({ challengeId: second, code: ANSWERS.totp }), 429, "too_many_attempts");
    expect(await countSessions(email)).toBe(0);
    expect(await smsMessagesTo(service, phone)).toEqual([]);
    const notices = (await mailTo(service, email)).filter(({ subject }) =>
      /too many attempts/i.test(subject),
    );
    expect(notices).toHaveLength(1);
  });

  it("in parallel, 60 over all kinds, are evaluated five times", async () => {
    const { email } = await userWithAll();
    const { challengeId } = await logIn(email);
    const kinds = ["totp", "email_otp", "sms_otp", "recovery_code"];
    await inParallel(60, (n) => verify({ challengeId, code: "999999", factor: kinds[n % kinds.length] }));
    expect(await triesOf(challengeId)).toBe(5);
    const failures = await env.DB.prepare(
      "SELECT failures FROM attempt_counters JOIN one_time_codes ON key = lock_key WHERE one_time_codes.id = ?",
    )
      .bind(challengeId)
      .first("failures");
    expect(failures).toBe(5);
  });

  it("open one session for 50 parallel right answers of several kinds", async () => {
    const { email } = await userWithAll();
    const { challengeId } = await logIn(email);
    const right = [
      { code: ANSWERS.totp, factor: "totp" },
      { assertion: ASSERTION },
      { code: ANSWERS.recovery_code, factor: "recovery_code" },
    ];
    const answers = await inParallel(50, (n) => verify({ challengeId, ...right[n % right.length] }));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await countSessions(email)).toBe(1);
  });
});

describe("a password reset by mail", () => {
  const pendingReset = (email: string) =>
    env.DB.prepare("SELECT reset_by_mail_at FROM accounts WHERE email = ?")
      .bind(email)
      .first<number | null>("reset_by_mail_at");

  it("takes the mailed code from an account with a stronger factor, until that factor was used", async () => {
    const { email } = await userWithAll();
    await setAccountColumn(email, "reset_by_mail_at", service.clock.now());
    const challenge = await logIn(email);
    expect(challenge.factors).toEqual(["totp", "passkey", "sms_otp", "recovery_code"]);
    const { challengeId } = challenge;
    await service.post("/login/otp/send", { challengeId, factor: "email_otp" });
    expect((await verify({ challengeId, code: ANSWERS.totp, factor: "totp" })).status).toBe(200);
    expect(await pendingReset(email)).toBeNull();
    expect((await logIn(email)).factors).toContain("email_otp");
  });

  it.each([
    ["passkey", { assertion: ASSERTION }, null],
    ["recovery_code", { code: ANSWERS.recovery_code, factor: "recovery_code" }, null],
  ])("is over after a sign-in with %s", async (_kind, body, expected) => {
    const { email } = await userWithAll();
    await setAccountColumn(email, "reset_by_mail_at", service.clock.now());
    const { challengeId } = await logIn(email);
    expect((await verify({ challengeId, ...body })).status).toBe(200);
    expect(await pendingReset(email)).toBe(expected);
  });

  it("stays pending after a sign-in with the mailed code, which an account without another factor keeps", async () => {
    const { email } = await registerVerifiedUser(service);
    await enableFactor(email, "email_otp");
    const at = service.clock.now();
    await setAccountColumn(email, "reset_by_mail_at", at);
    const { challengeId, factors } = await logIn(email);
    expect(factors).toEqual(["email_otp"]);
    expect((await verify({ challengeId, code: await mailedCodeTo(service, email) })).status).toBe(200);
    expect(await pendingReset(email)).toBe(at);
  });
});
