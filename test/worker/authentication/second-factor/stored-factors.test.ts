import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SECOND_FACTORS } from "../../../../src/authentication/factors.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import {
  ANSWER,
  insertFactor,
  lastUseOf,
  numberFactor,
  WRONG_ANSWER,
} from "../../../support/number-factor.ts";
import { startSecondFactor } from "../../../support/one-time-codes.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const nothing = async (): Promise<unknown> => null;
let afterVerdict = nothing;
const service = startService({
  clock: createTestClock(),
  secondFactors: [numberFactor(() => afterVerdict()), ...SECOND_FACTORS],
});
/** The same storage, without the factor of the test. */
const mailOnly = startService({
  clock: service.clock,
  secondFactors: SECOND_FACTORS.filter(({ kind }) => kind === "email_otp"),
});

beforeEach(() => {
  afterVerdict = nothing;
});

const newUser = async () => (await registerVerifiedUser(service)).email;

async function answer(email: string, code = ANSWER) {
  const { challengeId } = (await service.post("/login", { email, password: PASSWORD })).body.data;
  return service.post("/login/otp", { challengeId, code });
}

const ofAccount = async (email: string, query: string) =>
  env.DB.prepare(`${query} WHERE account_id = ?`)
    .bind(await accountIdOf(email))
    .first<number>("n");

describe("a right answer to the second factor", () => {
  const update = (change: string) => async (email: string) =>
    env.DB.prepare(`UPDATE accounts SET ${change} WHERE email = ?`).bind(email).run();
  const changes: Record<string, (email: string) => Promise<unknown>> = {
    "the account is deactivated": update("status = 'deactivated'"),
    "its address is no longer verified": update("email_verified_at = NULL"),
    "the factor is removed": async (email) =>
      env.DB.prepare("DELETE FROM factors WHERE account_id = ? AND kind = 'totp'")
        .bind(await accountIdOf(email))
        .run(),
  };

  it.each(Object.entries(changes))(
    "opens nothing and stays counted as a failure if meanwhile %s",
    async (_what, change) => {
      const email = await newUser();
      const number = await insertFactor(email);
      afterVerdict = () => change(email);
      expectErrorResponse(await answer(email), 400, "code_invalid");
      expect(await countSessions(email)).toBe(0);
      expect(await ofAccount(email, "SELECT failures AS n FROM attempt_counters")).toBe(1);
      expect(await lastUseOf(number)).toBeNull();
    },
  );
});

describe("the factors of an account", () => {
  it("answer for their own kind only", async () => {
    const email = await newUser();
    await insertFactor(email);
    await insertFactor(email, "another kind", WRONG_ANSWER);
    expectErrorResponse(await answer(email, WRONG_ANSWER), 400, "code_invalid");
    expect((await answer(email)).status).toBe(200);
  });

  it("record a use of the one that answered, and of no other of its kind", async () => {
    const email = await newUser();
    const used = await insertFactor(email);
    const others = [
      await insertFactor(email, "totp", "111111"),
      await insertFactor(email, "email_otp", null),
    ];
    expect((await answer(email)).status).toBe(200);
    expect(await lastUseOf(used)).toBe(service.clock.now());
    expect(await Promise.all(others.map(lastUseOf))).toEqual([null, null]);
  });

  it("record a use of the mailed code for its account alone", async () => {
    const [email, other] = [await newUser(), await newUser()];
    const used = await insertFactor(email, "email_otp", null);
    const unused = [await insertFactor(email), await insertFactor(other, "email_otp", null)];
    const challenge = await startSecondFactor(mailOnly, email);
    expect((await mailOnly.post("/login/otp", challenge)).status).toBe(200);
    expect(await lastUseOf(used)).toBe(service.clock.now());
    expect(await Promise.all(unused.map(lastUseOf))).toEqual([null, null]);
  });
});

describe("a sign-in with a second factor", () => {
  it("replaces the least recently used of more than a hundred remembered devices", async () => {
    const email = await newUser();
    await insertFactor(email);
    const id = await accountIdOf(email);
    const insert = env.DB.prepare("INSERT INTO known_devices VALUES (?, ?, null, null, ?, ?, ?, null)");
    const now = service.clock.now();
    await env.DB.batch(
      Array.from({ length: 100 }, (_, n) => insert.bind(`${id}/${n}`, id, now + n, now + n, now + 1e9)),
    );
    service.clock.advance(1000);
    expect((await answer(email)).status).toBe(200);
    expect(await ofAccount(email, "SELECT count(*) AS n FROM known_devices")).toBe(100);
    const oldest = env.DB.prepare("SELECT 1 FROM known_devices WHERE id = ?").bind(`${id}/0`);
    expect(await oldest.first()).toBeNull();
  });

  it("ends the least recently used of more than a hundred sessions", async () => {
    const email = await newUser();
    const first = (await service.post("/login", { email, password: PASSWORD })).body.data;
    await insertFactor(email);
    const { results } = await env.DB.prepare("SELECT * FROM sessions WHERE account_id = ?")
      .bind(await accountIdOf(email))
      .all<Record<string, string | number | null>>();
    const columns = Object.keys(results[0] ?? {});
    const copy = env.DB.prepare(
      `INSERT INTO sessions (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    const later = { ...results[0], last_used_at: service.clock.now() + 1 } as Record<string, unknown>;
    await env.DB.batch(
      Array.from({ length: 99 }, () =>
        copy.bind(...columns.map((name) => (name === "id" ? crypto.randomUUID() : later[name]))),
      ),
    );
    expect((await service.get("/me", first.token)).status).toBe(200);
    service.clock.advance(1000);
    expect((await answer(email)).status).toBe(200);
    expect((await service.get("/me", first.token)).status).toBe(401);
    expect(await ofAccount(email, "SELECT count(revoked_at) AS n FROM sessions")).toBe(1);
  });
});
