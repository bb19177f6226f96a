import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { enterEmailCode, requestEmailCode } from "../../../support/email-codes.ts";
import { startService } from "../../../support/service.ts";
import { newAddress, PASSWORD, register, tokenMailedTo } from "../../../support/users.ts";

const service = startService();

const accountsOf = async (email: string) =>
  (await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).all()).results;

it("a code and 20 registrations of one address make one account, without the password of a registrant", async () => {
  for (let round = 0; round < 5; round += 1) {
    const email = newAddress();
    const challenge = await requestEmailCode(service, email);
    const [signedIn] = await Promise.all([
      enterEmailCode(service, challenge),
      ...Array.from({ length: 20 }, () => register(service, email)),
    ]);
    expect(signedIn?.status).toBe(200);
    const found = await accountsOf(email);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ password_hash: null, email_verified_at: expect.any(Number) });
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(401);
  }
});

it("50 codes of one new address make one account and sign in to it", async () => {
  const email = newAddress();
  const challenges = [];
  for (let codes = 0; codes < 10; codes += 1) challenges.push(await requestEmailCode(service, email));
  const answers = await Promise.all(
    challenges.flatMap((challenge) => Array.from({ length: 5 }, () => enterEmailCode(service, challenge))),
  );
  expect(await accountsOf(email)).toHaveLength(1);
  const ids = answers.flatMap(({ status, body }) => (status === 200 ? [body.data.user.id] : []));
  expect(new Set(ids).size).toBe(1);
});

it("a verification link that is used at the same time as a code leaves one verified account", async () => {
  const { email } = await register(service);
  const token = await tokenMailedTo(service, email);
  service.clock.advance(120_000);
  const challenge = await requestEmailCode(service, email);
  const [byCode, byLink] = await Promise.all([
    enterEmailCode(service, challenge),
    service.post("/verify-email", { token }),
  ]);
  expect(byCode?.status).toBe(200);
  expect([200, 400]).toContain(byLink.status);
  expect(await accountsOf(email)).toHaveLength(1);
});
