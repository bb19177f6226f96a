import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import {
  type EmailChallenge,
  enterEmailCode,
  requestChallenge,
  requestEmailCode,
} from "../../../support/email-codes.ts";
import { wrongCode } from "../../../support/one-time-codes.ts";
import { MINUTE } from "../../../support/outbox.ts";
import { type ApiResponse, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  subjectsTo,
} from "../../../support/users.ts";

const service = startService();

/** The number of answers by status. */
function statuses(answers: readonly ApiResponse[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const enterTimes = (times: number, challenge: EmailChallenge, fields: object = {}) =>
  Promise.all(Array.from({ length: times }, () => enterEmailCode(service, challenge, fields)));

const triesOf = async (challengeId: string): Promise<number> => {
  const row = await env.DB.prepare("SELECT tries FROM email_sign_in_codes WHERE id = ?")
    .bind(challengeId.split(".")[0])
    .first<{ tries: number }>();
  return row?.tries ?? -1;
};

const sessionsOf = async (email: string): Promise<number> => {
  const row = await env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE account_id = ?")
    .bind(await accountIdOf(email))
    .first<{ n: number }>();
  return row?.n ?? -1;
};

it("of 100 parallel wrong codes five are evaluated, and the correct code then fails", async () => {
  const { email } = await registerVerifiedUser(service);
  const challenge = await requestEmailCode(service, email);
  const { challengeId } = challenge;
  const answers = await enterTimes(100, { challengeId, code: wrongCode(challenge.code) });
  expect(statuses(answers)).toEqual({ 400: 100 });
  expect(await triesOf(challengeId)).toBe(5);
  expect((await enterEmailCode(service, challenge)).body.error?.code).toBe("code_invalid");
  expect(await sessionsOf(email)).toBe(0);
});

it.each([
  ["a verified account", async () => (await registerVerifiedUser(service)).email],
  ["an address without an account", async () => newAddress()],
])("of 50 parallel correct codes of %s one opens a session", async (_name, prepare) => {
  const email = await prepare();
  const challenge = await requestEmailCode(service, email);
  const answers = await enterTimes(50, challenge);
  expect(statuses(answers)[200]).toBe(1);
  expect(await sessionsOf(email)).toBe(1);
});

/** Ten wrong codes, on two challenges. */
async function lockOut(email: string, fields: object = {}): Promise<ApiResponse[]> {
  const answers: ApiResponse[] = [];
  for (let codes = 0; codes < 2; codes += 1) {
    const challengeId = await requestChallenge(service, email);
    for (let tries = 0; tries < 5; tries += 1)
      answers.push(await enterEmailCode(service, { challengeId, code: "000000" }, fields));
  }
  return answers;
}

it("ten wrong codes lock out further codes and the password on unknown devices, and mail a notice", async () => {
  const { email } = await registerVerifiedUser(service);
  const answers = await lockOut(email);
  expect(answers.map(({ status }) => status)).toEqual([...Array(9).fill(400), 429]);
  const challenge = await requestEmailCode(service, email);
  expect((await enterEmailCode(service, challenge)).body.error?.code).toBe("too_many_attempts");
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(429);
  expect(await subjectsTo(service, email)).toContain("Too many attempts to sign in to Gatehouse");
  service.clock.advance(6 * MINUTE);
  expect((await enterEmailCode(service, challenge)).status).toBe(200);
});

it("200 parallel wrong codes over 40 challenges evaluate ten", async () => {
  const { email } = await registerVerifiedUser(service);
  const challenges = await Promise.all(Array.from({ length: 40 }, () => requestChallenge(service, email)));
  const answers = await Promise.all(
    challenges.flatMap((challengeId) =>
      Array.from({ length: 5 }, () => enterEmailCode(service, { challengeId, code: "999999" })),
    ),
  );
  const tries = await Promise.all(challenges.map(triesOf));
  expect(tries.reduce((total, count) => total + count, 0)).toBe(10);
  expect(statuses(answers)[200]).toBeUndefined();
});

it("the lockout of unknown devices does not lock out a known device", async () => {
  const { email } = await registerVerifiedUser(service);
  const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
  await lockOut(email);
  const challenge = await requestEmailCode(service, email);
  expect((await enterEmailCode(service, challenge)).status).toBe(429);
  expect((await enterEmailCode(service, challenge, { deviceToken })).status).toBe(200);
});

it("a sign-in by password does not clear the failures of email codes", async () => {
  const { email } = await registerVerifiedUser(service);
  const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
  const challengeId = await requestChallenge(service, email);
  for (let tries = 0; tries < 5; tries += 1) await enterEmailCode(service, { challengeId, code: "000000" });
  expect((await service.post("/login", { email, password: PASSWORD, deviceToken })).status).toBe(200);
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
  const next = await requestChallenge(service, email);
  const answers: number[] = [];
  for (let tries = 0; tries < 5; tries += 1)
    answers.push((await enterEmailCode(service, { challengeId: next, code: "000000" })).status);
  expect(answers).toEqual([400, 400, 400, 400, 429]);
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
});

it("a correct code clears the failures of email codes", async () => {
  const { email } = await registerVerifiedUser(service);
  for (let rounds = 0; rounds < 3; rounds += 1) {
    const { challengeId, code } = await requestEmailCode(service, email);
    for (let tries = 0; tries < 4; tries += 1)
      await enterEmailCode(service, { challengeId, code: wrongCode(code) });
    expect((await enterEmailCode(service, { challengeId, code })).status).toBe(200);
    service.clock.advance(2 * MINUTE);
  }
});

it("a wrong code is in the audit log, for the account and for an address without one", async () => {
  const query = "SELECT count(*) AS n FROM audit_events WHERE type = 'sign_in_failed'";
  const count = async () => (await env.DB.prepare(query).first<{ n: number }>())?.n ?? 0;
  for (const email of [(await registerVerifiedUser(service)).email, newAddress()]) {
    const before = await count();
    const challengeId = await requestChallenge(service, email);
    await enterEmailCode(service, { challengeId, code: "000000" });
    expect(await count()).toBe(before + 1);
  }
});
