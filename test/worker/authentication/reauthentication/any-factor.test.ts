import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { mailedCodeTo, wrongCode } from "../../../support/one-time-codes.ts";
import {
  addPasskey,
  addRecoveryCode,
  addTotp,
  assertPasskey,
  CODE,
  TEST_FACTORS,
  WRONG_CODE,
} from "../../../support/reauthentication-factors.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService({ secondFactors: TEST_FACTORS, env: { ACCESS_TOKEN_TTL: "7200" } });

const reauthenticate = (token: string, body: object) => service.post("/me/reauthenticate", body, token);

/** A user whose session is eleven minutes old. `passwordless`: the account has no password. */
async function oldSession({ passwordless = false } = {}) {
  const { email, token, refreshToken } = await registerAndLogIn(service);
  if (passwordless)
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
  service.clock.advance(11 * MINUTE);
  return { email, token, refreshToken };
}

const isRecent = async (token: string) =>
  (await service.call("DELETE", "/api/auth/me/phone", undefined, token)).status === 200;

const amrOf = async (token: string) =>
  env.DB.prepare("SELECT amr FROM sessions WHERE id = ?").bind(decodeJwt(token).sid).first<string>("amr");

describe("a reauthentication of an account with a second factor", () => {
  it("takes the password and the factor in one request, and nothing less", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    expectErrorResponse(
      await reauthenticate(token, { factor: "totp", code: CODE }),
      400,
      "validation_failed",
    );
    const wrong = await reauthenticate(token, { factor: "totp", code: WRONG_CODE, password: PASSWORD });
    expectErrorResponse(wrong, 400, "code_invalid");
    const other = await reauthenticate(token, { factor: "totp", code: CODE, password: "not the password" });
    expectErrorResponse(other, 401, "invalid_credentials");
    expect(await isRecent(token)).toBe(false);
    const both = await reauthenticate(token, { factor: "totp", code: CODE, password: PASSWORD });
    expect(both.body.data).toEqual({ expiresIn: 600 });
    expect(await isRecent(token)).toBe(true);
    expect(await amrOf(token)).toBe("pwd otp mfa");
  });

  it("answers the password with a challenge, which the factor answers", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    const { challengeId } = (await reauthenticate(token, { password: PASSWORD })).body.data;
    const verify = (code: string, as = token) =>
      service.post("/me/reauthenticate/otp", { challengeId, code }, as);
    const { token: foreign } = await registerAndLogIn(service);
    expectErrorResponse(await verify(CODE, foreign), 400, "code_invalid");
    expectErrorResponse(await verify(WRONG_CODE), 400, "code_invalid");
    expect((await verify(CODE)).status).toBe(200);
    expectErrorResponse(await verify(CODE), 400, "code_invalid");
    expect(await amrOf(token)).toBe("pwd otp mfa");
  });

  it("takes a passkey that verified the user alone, and one that did not with the password", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    await addPasskey(email);
    const weak = { factor: "passkey", assertion: await assertPasskey(service, token, false) };
    expectErrorResponse(await reauthenticate(token, weak), 400, "validation_failed");
    expect(await isRecent(token)).toBe(false);
    expect((await reauthenticate(token, { ...weak, password: PASSWORD })).status).toBe(200);
    expect(await amrOf(token)).toBe("pwd swk mfa");
    const strong = { factor: "passkey", assertion: await assertPasskey(service, token) };
    expect((await reauthenticate(token, strong)).status).toBe(200);
    expect(await amrOf(token)).toBe("pwd swk user mfa");
    expectErrorResponse(await reauthenticate(token, strong), 400, "code_invalid");
  });

  it("takes no assertion for the challenge of another session", async () => {
    const { email, token } = await oldSession();
    await addPasskey(email);
    const { token: other } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    const assertion = await assertPasskey(service, other);
    expectErrorResponse(await reauthenticate(token, { factor: "passkey", assertion }), 400, "code_invalid");
  });

  it("takes a recovery code once", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    await addRecoveryCode(email, "firstcode");
    const body = { factor: "recovery_code", code: "firstcode", password: PASSWORD };
    expect((await reauthenticate(token, body)).status).toBe(200);
    expectErrorResponse(await reauthenticate(token, body), 400, "code_invalid");
  });

  it("sends no code that would not count, neither beside a stronger factor nor after a reset by mail", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    const send = () => service.post("/me/reauthenticate/code", {}, token);
    expectErrorResponse(await send(), 409, "conflict");
    const id = await accountIdOf(email);
    const enable = "INSERT INTO factors (id, account_id, kind, created_at) VALUES (?, ?, 'email_otp', 0)";
    await env.DB.prepare(enable).bind(crypto.randomUUID(), id).run();
    const sent = await send();
    expect(sent.body.data.otpRequired).toBe(true);
    const answer = { challengeId: sent.body.data.challengeId, code: await mailedCodeTo(service, email) };
    expectErrorResponse(
      await service.post("/me/reauthenticate/otp", answer, token),
      400,
      "validation_failed",
    );
    const both = { ...answer, password: PASSWORD };
    expect((await service.post("/me/reauthenticate/otp", both, token)).status).toBe(200);
    await env.DB.prepare("UPDATE accounts SET reset_by_mail_at = 1 WHERE id = ?").bind(id).run();
    expectErrorResponse(await send(), 409, "conflict");
  });
});

describe("a reauthentication of an account without a second factor", () => {
  it("takes a mailed code alone, which proves a second factor in a session by password", async () => {
    const { email, token } = await oldSession();
    const sent = await service.post("/me/reauthenticate/code", {}, token);
    const { challengeId } = sent.body.data;
    const code = await mailedCodeTo(service, email);
    const verify = (typed: string) =>
      service.post("/me/reauthenticate/otp", { challengeId, code: typed }, token);
    expectErrorResponse(await verify(wrongCode(code)), 400, "code_invalid");
    expect((await verify(code)).status).toBe(200);
    expect([await isRecent(token), await amrOf(token)]).toEqual([true, "pwd otp mfa"]);
  });

  it("takes a passkey that is a first factor only", async () => {
    const { email, token } = await oldSession();
    await addPasskey(email);
    const assertion = await assertPasskey(service, token, false);
    expect((await reauthenticate(token, { factor: "passkey", assertion })).status).toBe(200);
  });

  it("takes no factor that the account does not have", async () => {
    const { token } = await oldSession();
    for (const factor of ["totp", "recovery_code", "sms_otp"])
      expectErrorResponse(await reauthenticate(token, { factor, code: CODE }), 400, "code_invalid");
  });
});

describe("a reauthentication of an account without a password", () => {
  it("takes any of its factors alone", async () => {
    const { email, token } = await oldSession({ passwordless: true });
    await addTotp(email);
    await addRecoveryCode(email, "othercode");
    expect((await reauthenticate(token, { factor: "totp", code: CODE })).status).toBe(200);
    expect((await reauthenticate(token, { factor: "recovery_code", code: "othercode" })).status).toBe(200);
  });
});

describe("the tokens after a reauthentication", () => {
  it("have the new auth_time, amr and acr", async () => {
    const { email, token, refreshToken } = await oldSession();
    await addTotp(email);
    const before = decodeJwt(token);
    await reauthenticate(token, { factor: "totp", code: CODE, password: PASSWORD });
    const next = decodeJwt((await service.post("/refresh", { refreshToken })).body.data.token);
    expect([before.acr, next.acr]).toEqual(["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa"]);
    expect(next.amr).toEqual(["pwd", "otp", "mfa"]);
    expect(Number(next.auth_time) - Number(before.auth_time)).toBe(660);
  });

  it("say phr after a passkey that verified the user", async () => {
    const { email, token, refreshToken } = await oldSession();
    await addPasskey(email);
    await reauthenticate(token, { factor: "passkey", assertion: await assertPasskey(service, token) });
    const next = decodeJwt((await service.post("/refresh", { refreshToken })).body.data.token);
    expect([next.acr, next.amr]).toEqual(["phr", ["pwd", "swk", "user", "mfa"]]);
  });
});

describe("attempts", () => {
  it("use one code once, of fifty in parallel", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    const answers = await inParallel(50, () =>
      reauthenticate(token, { factor: "totp", code: CODE, password: PASSWORD }),
    );
    expect(statusCounts(answers)[200]).toBe(1);
    const { results } = await env.DB.prepare("SELECT last_step FROM factors WHERE account_id = ?")
      .bind(await accountIdOf(email))
      .all();
    expect(results).toEqual([{ last_step: 1 }]);
  });

  it("count together over the password and every factor, and lock each of them", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    await addPasskey(email);
    await addRecoveryCode(email, "thirdcode");
    const { challengeId } = (await reauthenticate(token, { password: PASSWORD })).body.data;
    const guesses = [
      () => reauthenticate(token, { password: "not the password" }),
      () => reauthenticate(token, { factor: "totp", code: WRONG_CODE, password: PASSWORD }),
      () => reauthenticate(token, { factor: "recovery_code", code: "guess", password: PASSWORD }),
      () => reauthenticate(token, { factor: "passkey", assertion: { challenge: "guess" } }),
      () => service.post("/me/reauthenticate/otp", { challengeId, code: WRONG_CODE }, token),
    ];
    for (const guess of [...guesses, ...guesses.slice(0, 4)])
      expect((await guess()).status).toBeGreaterThanOrEqual(400);
    expect((await guesses[4]?.())?.status).toBe(429);
    for (const answer of [
      await reauthenticate(token, { password: PASSWORD }),
      await reauthenticate(token, { factor: "totp", code: CODE, password: PASSWORD }),
      await reauthenticate(token, { factor: "recovery_code", code: "thirdcode", password: PASSWORD }),
      await reauthenticate(token, { factor: "passkey", assertion: await assertPasskey(service, token) }),
    ]) {
      expectErrorResponse(answer, 429, "too_many_attempts");
      expect(answer.headers.get("Retry-After")).toBe("300");
    }
  });

  it("are five for one challenge", async () => {
    const { email, token } = await oldSession();
    await addTotp(email);
    const { challengeId } = (await reauthenticate(token, { password: PASSWORD })).body.data;
    const verify = (code: string) => service.post("/me/reauthenticate/otp", { challengeId, code }, token);
    for (let tries = 0; tries < 5; tries += 1) await verify(WRONG_CODE);
    expectErrorResponse(await verify(CODE), 400, "code_invalid");
    expect((await reauthenticate(token, { factor: "totp", code: CODE, password: PASSWORD })).status).toBe(
      200,
    );
  });
});
