import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService, TEST_HASH_ITERATIONS } from "../../../support/service.ts";
import { logIn, newAddress, PASSWORD, register, registerVerifiedUser } from "../../../support/users.ts";

const service = startService();

const hashOf = async (email: string) =>
  (
    await env.DB.prepare("SELECT password_hash AS hash FROM accounts WHERE email = ?")
      .bind(email)
      .first<{ hash: string }>()
  )?.hash;

describe("POST /login", () => {
  it("returns the user, a request id and Cache-Control: no-store", async () => {
    const { email } = await registerVerifiedUser(service);
    const answer = await service.post("/login", { email: email.toUpperCase(), password: PASSWORD });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body.data.user.email).toBe(email);
  });

  it("rehashes a password that was stored at another cost or under a previous secret", async () => {
    const { email } = await registerVerifiedUser(service);
    expect(await hashOf(email)).toContain(`$b=1,i=${TEST_HASH_ITERATIONS},`);
    const costlier = startService({ env: { PASSWORD_HASH_BLOCKS: "2" } });
    await logIn(costlier, email);
    const rehashed = await hashOf(email);
    expect(rehashed).toContain(`$b=2,i=${TEST_HASH_ITERATIONS},`);
    await logIn(costlier, email);
    expect(await hashOf(email)).toBe(rehashed);

    const rotated = startService({
      env: {
        PASSWORD_HASH_BLOCKS: "2",
        AUTH_SECRET: "the next root secret, of 32 bytes or more",
        AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
      },
    });
    await logIn(rotated, email);
    expect(await hashOf(email)).not.toBe(rehashed);
    await logIn(rotated, email);
  });

  it("completes all of five parallel sign-ins that rehash the same password", async () => {
    const { email } = await registerVerifiedUser(service);
    const costlier = startService({ env: { PASSWORD_HASH_BLOCKS: "2" } });
    const logins = Array.from({ length: 5 }, () => costlier.post("/login", { email, password: PASSWORD }));
    expect((await Promise.all(logins)).map((answer) => answer.status)).toEqual(Array(5).fill(200));
    expect(await hashOf(email)).toContain(`$b=2,i=${TEST_HASH_ITERATIONS},`);
  });

  describe("refuses", () => {
    it("refuses an unknown address and a wrong password with the same response and the same work", async () => {
      const { email } = await registerVerifiedUser(service);
      const wrong = await service.post("/login", { email, password: "not the password" });
      const unknown = await service.post("/login", { email: newAddress(), password: "not the password" });
      for (const answer of [wrong, unknown]) {
        expect(answer.status).toBe(401);
        expect(answer.body).toEqual({
          success: false,
          message: "Invalid email or password",
          error: { code: "invalid_credentials", requestId: answer.headers.get("X-Request-Id") },
        });
      }
      const [a, b] = service.log.slice(-2);
      expect([a?.d1, a?.kv]).toEqual([b?.d1, b?.kv]);
      expect([...wrong.headers.keys()]).toEqual([...unknown.headers.keys()]);
    });

    it("reveals that an account is unverified or deactivated only after the correct password", async () => {
      const { email: unverified } = await register(service);
      const { email: deactivated } = await registerVerifiedUser(service);
      await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
        .bind(deactivated)
        .run();
      for (const [email, code] of [
        [unverified, "email_not_verified"],
        [deactivated, "account_deactivated"],
      ]) {
        const wrong = await service.post("/login", { email, password: "not the password" });
        expect(wrong.body.error?.code).toBe("invalid_credentials");
        const right = await service.post("/login", { email, password: PASSWORD });
        expect([right.status, right.body.error?.code]).toEqual([403, code]);
        expect(right.body.data).toBeUndefined();
      }
    });
  });

  it("opens no session if the password changes during the login", async () => {
    const { email } = await registerVerifiedUser(service);
    for (let failure = 0; failure < 2; failure++)
      await service.post("/login", { email, password: "wrong one" });
    // The first batch reads. The second one writes, and waits until the password has changed.
    const slow = startWithHeldBatch(2);
    const login = slow.service.post("/login", { email, password: PASSWORD });
    await slow.reached;
    await env.DB.prepare("UPDATE accounts SET password_hash = 'changed' WHERE email = ?").bind(email).run();
    slow.release();
    const answer = await login;
    expect([answer.status, answer.body.error?.code]).toEqual([401, "invalid_credentials"]);
    // A login that opened no session clears no failures.
    const counted = await env.DB.prepare("SELECT max(failures) AS n FROM attempt_counters").first<{
      n: number;
    }>();
    expect(counted?.n).toBeGreaterThanOrEqual(3);
    const sessions = await env.DB.prepare(
      "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .first<{ n: number }>();
    expect(sessions?.n).toBe(0);
  });
});
