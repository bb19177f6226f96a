import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  tokenMailedTo,
} from "../../support/users.ts";

const service = startService();

async function registerVerifiedUsername(username: string): Promise<void> {
  const { email } = await register(service, newAddress(), { username });
  await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
}

async function countAccountsLike(pattern: string): Promise<number> {
  const row = await env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email_key LIKE ?")
    .bind(pattern)
    .first<{ n: number }>();
  return row?.n ?? -1;
}

describe("POST /register", () => {
  describe("succeeds", () => {
    it("mails one verification link to the new address", async () => {
      const { email } = await register(service);
      const mails = await mailTo(service, email);
      expect(mails).toHaveLength(1);
      expect(mails[0]?.text).toContain("http://gatehouse.test/verify-email?token=");
    });

    it("stores the given profile fields", async () => {
      const fields = { lastName: "Lovelace", username: "Ada.L", age: 36, confirmPassword: PASSWORD };
      const { email } = await register(service, newAddress(), fields);
      await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
      const { token } = await logIn(service, email);
      expect((await service.get("/me", token)).body.data).toMatchObject({
        name: "Ada",
        lastName: "Lovelace",
        username: "Ada.L",
        age: 36,
        role: "user",
        isActive: true,
        phone: null,
        isPhoneVerified: false,
        avatarUrl: null,
      });
    });
  });

  describe("refuses", () => {
    it("refuses a taken username regardless of case, creates no account and sends no mail", async () => {
      await registerVerifiedUsername("grace");
      const { email, answer } = await register(service, newAddress(), { username: "GRACE" });
      expect([answer.status, answer.body.error?.code]).toEqual([409, "username_taken"]);
      expect(answer.body.error?.fields).toEqual([{ path: "username", message: "Is taken." }]);
      expect(await countAccountsLike(email)).toBe(0);
      expect(await mailTo(service, email)).toEqual([]);
    });

    it("refuses a password confirmation that differs", async () => {
      const { answer } = await register(service, newAddress(), { confirmPassword: `${PASSWORD}!` });
      expect(answer.status).toBe(400);
      expect(answer.body.error?.fields?.map((field) => field.path)).toEqual(["confirmPassword"]);
    });

    it("refuses a registration without the fields in REQUIRED_PROFILE_FIELDS", async () => {
      const strict = startService({ env: { REQUIRED_PROFILE_FIELDS: "username,lastName,age" } });
      const incomplete = await register(strict, newAddress(), { username: "needed" });
      expect(incomplete.answer.status).toBe(400);
      expect(incomplete.answer.body.error?.fields?.map((field) => field.path)).toEqual(["lastName", "age"]);
      const complete = await register(strict, newAddress(), { username: "needed", lastName: "L", age: 20 });
      expect(complete.answer.status).toBe(201);
    });
  });

  describe("abuse", () => {
    it("gives a known address the same response as an unknown one and mails the owner a notice", async () => {
      const { email } = await registerAndVerify(service);
      const known = await register(service, email);
      const unknown = await register(service);
      expect(known.answer.status).toBe(unknown.answer.status);
      expect(known.answer.body.message).toBe(unknown.answer.body.message);
      expect(Object.keys(known.answer.body.data.user)).toEqual(Object.keys(unknown.answer.body.data.user));
      const headerNames = (headers: Headers) => [...headers.keys()].sort();
      expect(headerNames(known.answer.headers)).toEqual(headerNames(unknown.answer.headers));
      const [newest] = await mailTo(service, email);
      expect(newest?.text).not.toContain("token=");
      expect(newest?.subject).toMatch(/already/i);
    });

    it("mails the owner at most one notice an hour for repeated registrations", async () => {
      const clocked = startService();
      const { email } = await registerAndVerify(clocked);
      const before = (await mailTo(clocked, email)).length;
      for (let attempt = 0; attempt < 3; attempt++) await register(clocked, email);
      expect((await mailTo(clocked, email)).length).toBe(before + 1);
      clocked.clock.advance(61 * 60_000);
      await register(clocked, email);
      expect((await mailTo(clocked, email)).length).toBe(before + 2);
    });

    it("does not change the password of an existing account", async () => {
      const { email } = await registerAndVerify(service);
      await register(service, email, { password: "another password entirely" });
      expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
      const refused = await service.post("/login", { email, password: "another password entirely" });
      expect(refused.status).toBe(401);
    });

    it("creates one account for 50 parallel registrations in variants of case and Unicode", async () => {
      const variants = [
        "jose\u0301@race.example.com",
        "JOS\u00c9@Race.Example.com",
        "jos\u00e9@RACE.example.com",
      ];
      const answers = await inParallel(50, async (index) => {
        const email = variants[index % variants.length] as string;
        return (await register(service, email)).answer;
      });
      expect(statusCounts(answers)).toEqual({ 201: 50 });
      expect(await countAccountsLike("%@race.example.com")).toBe(1);
      const row = await env.DB.prepare(
        "SELECT count(DISTINCT account_id) AS n FROM email_tokens WHERE email_key LIKE '%@race.example.com'",
      ).first<{ n: number }>();
      expect(row?.n).toBe(1);
    });

    it("assigns a username requested by 20 registrations to the first one verified", async () => {
      const registrations = await Promise.all(
        Array.from({ length: 20 }, () => register(service, newAddress(), { username: "Contested" })),
      );
      expect(registrations.map(({ answer }) => answer.status)).toEqual(Array(20).fill(201));
      const tokens = await Promise.all(registrations.map(({ email }) => tokenMailedTo(service, email)));
      const answers = await inParallel(20, (index) =>
        service.post("/verify-email", { token: tokens[index] }),
      );
      expect(statusCounts(answers)).toEqual({ 200: 20 });
      const { results } = await env.DB.prepare(
        "SELECT username, username_key FROM accounts WHERE username = 'Contested'",
      ).all();
      expect(results).toEqual([{ username: "Contested", username_key: "contested" }]);
    });

    it("does not reveal through a username whether an address has an account", async () => {
      const { email: taken } = await registerAndVerify(service);
      for (const [email, username] of [
        [taken, "probe.taken"],
        [newAddress(), "probe.free"],
      ]) {
        expect((await register(service, email, { username })).answer.status).toBe(201);
        expect((await register(service, newAddress(), { username })).answer.status).toBe(201);
      }
    });
  });
});
