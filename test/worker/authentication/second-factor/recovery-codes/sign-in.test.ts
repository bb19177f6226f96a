import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../../support/assertions.ts";
import {
  createCodes,
  multiplyChallenge,
  registerWithAuthenticator,
  startChallenge,
} from "../../../../support/authenticators.ts";
import { startService } from "../../../../support/service.ts";
import { accountIdOf, mailTo, PASSWORD } from "../../../../support/users.ts";

const service = startService();

async function userWithCodes() {
  const user = await registerWithAuthenticator(service);
  return { ...user, codes: await createCodes(service, user.token) };
}

const answer = (challengeId: string, code: string, factor = "recovery_code") =>
  service.post("/login/otp", { challengeId, code, factor });
const signIn = async (email: string, code: string) => answer(await startChallenge(service, email), code);
const left = async (token: string) => (await service.get("/me/factors", token)).body.data.recoveryCodesLeft;
const reportsTo = async (email: string) =>
  (await mailTo(service, email)).filter(
    ({ subject }) => subject === "A recovery code for Gatehouse was used",
  );
const sessionsOf = async (email: string) => {
  const query = "SELECT id FROM sessions WHERE account_id = ? AND amr LIKE '%otp%'";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all();
  return results;
};

describe("signing in with a recovery code", () => {
  it("a code opens a session once, and a mail says how many are left", async () => {
    const { email, token, codes } = await userWithCodes();
    const [code = ""] = codes;
    const signedIn = await signIn(email, code);
    expect(signedIn.status).toBe(200);
    expect(decodeJwt(signedIn.body.data.token).amr).toEqual(expect.arrayContaining(["pwd", "otp"]));
    expect(await left(token)).toBe(9);
    const [report, ...others] = await reportsTo(email);
    expect(others).toEqual([]);
    expect(report?.text).toContain("Unused codes: 9.");
    expect(report?.text).not.toContain(code);
    expectErrorResponse(await signIn(email, code), 400, "code_invalid");
    expect(await reportsTo(email)).toHaveLength(1);
  });

  it("in any case, and with or without hyphens and spaces", async () => {
    const { email, codes } = await userWithCodes();
    const [first = "", second = "", third = ""] = codes;
    expect((await signIn(email, first.toLowerCase())).status).toBe(200);
    expect((await signIn(email, second.replaceAll("-", ""))).status).toBe(200);
    expect((await signIn(email, ` ${third.replaceAll("-", " ")}`)).status).toBe(200);
  });

  it("of 50 parallel uses of one code for challenges of their own, one opens a session", async () => {
    const { email, token, codes } = await userWithCodes();
    const challenges = await multiplyChallenge(await startChallenge(service, email), 50);
    const answers = await inParallel(50, (index) => answer(challenges[index] ?? "", codes[0] ?? ""));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await sessionsOf(email)).toHaveLength(1);
    expect(await left(token)).toBe(9);
    expect(await reportsTo(email)).toHaveLength(1);
  });

  it("the codes of an earlier set, and those of another account, are refused", async () => {
    const { email, token, codes } = await userWithCodes();
    const other = await userWithCodes();
    const [code = ""] = await createCodes(service, token);
    expectErrorResponse(await signIn(email, codes[0] ?? ""), 400, "code_invalid");
    expectErrorResponse(await signIn(email, other.codes[0] ?? ""), 400, "code_invalid");
    expect((await signIn(email, code)).status).toBe(200);
    expect(await reportsTo(other.email)).toEqual([]);
  });

  it("is no code of another kind, and a code of an authenticator is no recovery code", async () => {
    const { email, codes, authenticator } = await userWithCodes();
    const challengeId = await startChallenge(service, email);
    expectErrorResponse(await answer(challengeId, codes[0] ?? "", "totp"), 400, "code_invalid");
    expectErrorResponse(await answer(challengeId, authenticator.code()), 400, "code_invalid");
    expect((await answer(challengeId, codes[0] ?? "")).status).toBe(200);
  });

  it("wrong codes share the tries of a challenge and the lockout with the other kinds", async () => {
    const { email, codes, authenticator } = await userWithCodes();
    const first = await startChallenge(service, email);
    for (let tries = 0; tries < 3; tries += 1) await answer(first, "AAAA-BBBB-CCCC-DDDD");
    for (let tries = 0; tries < 2; tries += 1) await answer(first, "000000", "totp");
    expectErrorResponse(await answer(first, codes[0] ?? ""), 400, "code_invalid");
    expectErrorResponse(await answer(first, authenticator.code(), "totp"), 400, "code_invalid");
    const second = await startChallenge(service, email);
    for (let tries = 0; tries < 5; tries += 1) await answer(second, "AAAA-BBBB-CCCC-DDDD");
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      429,
      "too_many_attempts",
    );
  });

  it("a wrong code consumes none and reports nothing", async () => {
    const { email, token } = await userWithCodes();
    expectErrorResponse(await signIn(email, "AAAA-BBBB-CCCC-DDDD"), 400, "code_invalid");
    expect(await left(token)).toBe(10);
    expect(await reportsTo(email)).toEqual([]);
  });
});
