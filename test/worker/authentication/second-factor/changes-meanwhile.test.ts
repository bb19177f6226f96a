import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { startService, TEST_HASH_ITERATIONS } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { accountIdOf, mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;
const providers = openProviders();
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });
const plain = startService({ env: providers.variables, clock: always.clock });

const failuresOf = async (email: string) =>
  env.DB.prepare("SELECT failures FROM attempt_counters WHERE account_id = ?")
    .bind(await accountIdOf(email))
    .first<number>("failures");

/** Ten wrong codes, of which the last one starts a lockout, are sent by two sign-ins. `last` sends the tenth. */
async function tenWrongCodes(email: string, last = always) {
  const first = await startSecondFactor(always, email);
  await inParallel(5, () =>
    always.post("/login/otp", { challengeId: first.challengeId, code: wrongCode(first.code) }),
  );
  const second = await startSecondFactor(always, email);
  const wrong = { challengeId: second.challengeId, code: wrongCode(second.code) };
  await inParallel(4, () => always.post("/login/otp", wrong));
  return { second, tenth: () => last.post("/login/otp", wrong) };
}

describe("the challenge of a second factor", () => {
  it("is not created, and the attempt stays counted, if the password is removed meanwhile", async () => {
    const held = startWithHeldBatch(2, { LOGIN_OTP: "always" }, always.clock);
    const { email } = await registerVerifiedUser(always);
    const login = held.service.post("/login", { email, password: PASSWORD });
    await held.reached;
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
    held.release();
    expectErrorResponse(await login, 401, "invalid_credentials");
    expect(await mailTo(always, email)).toEqual([]);
    expect(await failuresOf(email)).toBe(1);
  });

  it("stores an outdated password hash again under the current cost", async () => {
    const costlier = startService({
      env: { LOGIN_OTP: "always", PASSWORD_HASH_BLOCKS: "2" },
      clock: always.clock,
    });
    const { email } = await registerVerifiedUser(always);
    await startSecondFactor(costlier, email);
    const stored = env.DB.prepare("SELECT password_hash FROM accounts WHERE email = ?").bind(email);
    expect(await stored.first("password_hash")).toContain(`$b=2,i=${TEST_HASH_ITERATIONS},`);
  });
});

describe("failures before a sign-in by a provider", () => {
  const wrong = (email: string) => always.post("/login", { email, password: "not the password" });

  it.each([
    ["that needs a second factor", always],
    ["without a second factor", plain],
  ])("stay counted after one %s", async (_what, at) => {
    const user = socialUser();
    const accessToken = await providers.tokenOf(user);
    expect((await plain.post("/social/github/token", { accessToken })).status).toBe(200);
    await inParallel(9, () => wrong(user.email));
    expect((await at.post("/social/github/token", { accessToken })).status).toBe(200);
    expect(await failuresOf(user.email)).toBe(9);
  });
});

describe("the lockout by wrong codes", () => {
  const eventsOf = async (email: string) =>
    env.DB.prepare("SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND type = 'account_locked'")
      .bind(await accountIdOf(email))
      .first<number>("n");

  it("ends at its very millisecond, after which an answer without tries is refused as wrong", async () => {
    const { email } = await registerVerifiedUser(always);
    const { second, tenth } = await tenWrongCodes(email);
    expectErrorResponse(await tenth(), 429, "too_many_attempts");
    always.clock.advance(5 * MINUTE - 1);
    const last = await always.post("/login/otp", second);
    expectErrorResponse(last, 429, "too_many_attempts");
    expect(last.headers.get("Retry-After")).toBe("1");
    always.clock.advance(1);
    expectErrorResponse(await always.post("/login/otp", second), 400, "code_invalid");
  });

  it("is neither recorded nor mailed if it is lifted before that", async () => {
    const held = startWithHeldBatch(2, { LOGIN_OTP: "always" }, always.clock);
    const { email } = await registerVerifiedUser(always);
    const { tenth } = await tenWrongCodes(email, held.service);
    const answer = tenth();
    await held.reached;
    expect(await failuresOf(email)).toBe(10);
    await env.DB.prepare("DELETE FROM attempt_counters").run();
    held.release();
    expectErrorResponse(await answer, 429, "too_many_attempts");
    const subjects = (await mailTo(always, email)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => /too many attempts/i.test(subject))).toEqual([]);
    expect(await eventsOf(email)).toBe(0);
  });
});
