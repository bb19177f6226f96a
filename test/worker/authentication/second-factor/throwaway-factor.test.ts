import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { SECOND_FACTORS } from "../../../../src/authentication/factors.ts";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import {
  ANSWER,
  insertFactor,
  lastUseOf,
  numberFactor,
  WRONG_ANSWER,
} from "../../../support/number-factor.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({
  clock: createTestClock(),
  secondFactors: [numberFactor(), ...SECOND_FACTORS],
});

async function userWithNumber() {
  const { email } = await registerVerifiedUser(service);
  return { email, factorId: await insertFactor(email) };
}

const logIn = (email: string) => service.post("/login", { email, password: PASSWORD });

async function startChallenge(email: string): Promise<string> {
  const { challengeId } = (await logIn(email)).body.data;
  return challengeId;
}

const verify = (challengeId: string, code: string) => service.post("/login/otp", { challengeId, code });

const failuresOf = (challengeId: string) =>
  env.DB.prepare(
    "SELECT failures FROM attempt_counters JOIN one_time_codes ON key = lock_key WHERE one_time_codes.id = ?",
  )
    .bind(challengeId)
    .first<number>("failures");

describe("a second factor that one table entry adds", () => {
  it("is required at sign-in, sends nothing and has its own message", async () => {
    const { email } = await userWithNumber();
    const mails = (await mailTo(service, email)).length;
    const login = await logIn(email);
    expect([login.status, login.body.message]).toEqual([200, "Enter your number."]);
    expect(login.body.data).toEqual({
      otpRequired: true,
      challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresIn: 600,
      factors: ["totp"],
      defaultFactor: "totp",
    });
    await service.post("/login/otp/resend", { challengeId: login.body.data.challengeId });
    expect((await mailTo(service, email)).length).toBe(mails);
    expect(await countSessions(email)).toBe(0);
  });

  it("accepts the right answer once, and the session has its amr", async () => {
    const { email, factorId } = await userWithNumber();
    const challengeId = await startChallenge(email);
    const answer = await verify(challengeId, ANSWER);
    expect(answer.status).toBe(200);
    expect(decodeJwt(answer.body.data.token).amr).toEqual(["pwd", "otp", "mfa"]);
    const again = await verify(challengeId, ANSWER);
    expect([again.status, again.body.error?.code]).toEqual([400, "code_invalid"]);
    expect(await countSessions(email)).toBe(1);
    expect(await lastUseOf(factorId)).toBe(service.clock.now());
  });

  it("opens one session for 50 parallel right answers", async () => {
    const { email } = await userWithNumber();
    const challengeId = await startChallenge(email);
    const answers = await inParallel(50, () => verify(challengeId, ANSWER));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await countSessions(email)).toBe(1);
  });

  it("counts wrong answers for the lockout, which refuses the right one", async () => {
    const { email } = await userWithNumber();
    const first = await startChallenge(email);
    for (let tries = 1; tries <= 5; tries += 1) {
      expect((await verify(first, WRONG_ANSWER)).body.error?.code).toBe("code_invalid");
      expect(await failuresOf(first)).toBe(tries);
    }
    // The challenge has no tries left.
    expect((await verify(first, ANSWER)).status).toBe(400);
    const second = await startChallenge(email);
    const codes: (string | undefined)[] = [];
    for (let tries = 0; tries < 5; tries += 1)
      codes.push((await verify(second, WRONG_ANSWER)).body.error?.code);
    expect(codes).toEqual([...new Array(4).fill("code_invalid"), "too_many_attempts"]);
    const third = await verify(second, ANSWER);
    expect([third.status, third.body.error?.code]).toEqual([429, "too_many_attempts"]);
    const notices = (await mailTo(service, email)).filter(({ subject }) =>
      /too many attempts/i.test(subject),
    );
    expect(notices.length).toBe(1);
  });

  it("refuses the right answer when the factor was removed after the challenge began", async () => {
    const { email, factorId } = await userWithNumber();
    const challengeId = await startChallenge(email);
    await env.DB.prepare("DELETE FROM factors WHERE id = ?").bind(factorId).run();
    expect((await verify(challengeId, ANSWER)).status).toBe(400);
    expect((await logIn(email)).body.data.token).toMatch(/^eyJ/);
  });

  it("is not replaced by the mailed code, neither by its policy nor on a release without the factor", async () => {
    const { email } = await userWithNumber();
    const always = startService({
      clock: service.clock,
      env: { LOGIN_OTP: "always" },
      secondFactors: [numberFactor(), ...SECOND_FACTORS],
    });
    expect((await always.post("/login", { email, password: PASSWORD })).body.message).toBe(
      "Enter your number.",
    );
    const challengeId = await startChallenge(email);
    const mailOnly = SECOND_FACTORS.filter(({ kind }) => kind === "email_otp");
    const without = startService({ clock: service.clock, secondFactors: mailOnly });
    // The answer cannot be verified there, and the sign-in still needs a second factor.
    expect((await without.post("/login/otp", { challengeId, code: ANSWER })).status).toBe(400);
    const login = await without.post("/login", { email, password: PASSWORD });
    expect([login.body.message, login.body.data.otpRequired]).toEqual(["We have sent you a code.", true]);
  });
});
