import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { startService } from "../../support/service.ts";
import { mailTo, newAddress, register, registerAndVerify, tokenMailedTo } from "../../support/users.ts";

const service = startService();
/** The send limit allows one mail a minute. */
const MINUTE = 60_000;
const DAY = 24 * 60 * 60_000;

describe("POST /verify-email", () => {
  it("accepts one of 50 parallel uses of a verification token", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    const answers = await inParallel(50, () => service.post("/verify-email", { token }));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    const audit = await env.DB.prepare(
      "SELECT count(*) AS n FROM audit_events WHERE type = 'email_verified' AND account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .first<{ n: number }>();
    expect(audit?.n).toBe(1);
  });

  describe("refuses with token_invalid", () => {
    const expectRefused = async (token: string) => {
      const answer = await service.post("/verify-email", { token });
      expect([answer.status, answer.body.error?.code, answer.body.message]).toEqual([
        400,
        "token_invalid",
        "Token is invalid or expired",
      ]);
    };

    it("refuses an unknown verification token", () => expectRefused("A".repeat(43)));

    it("refuses a verification token after one day", async () => {
      const clocked = startService();
      const { email } = await register(clocked);
      const token = await tokenMailedTo(clocked, email);
      clocked.clock.advance(DAY);
      expect((await clocked.post("/verify-email", { token })).status).toBe(400);
      expect((await clocked.get(`/verify-email?token=${token}`)).status).toBe(400);
    });

    it("refuses a verification token that a newer one replaced", async () => {
      const { email } = await register(service);
      const first = await tokenMailedTo(service, email);
      service.clock.advance(MINUTE);
      await service.post("/verify-email/resend", { email });
      const second = await tokenMailedTo(service, email);
      expect(second).not.toBe(first);
      await expectRefused(first);
      expect((await service.post("/verify-email", { token: second })).status).toBe(200);
    });

    it("refuses a password reset token, which stays valid for its own purpose", async () => {
      const { email } = await registerAndVerify(service);
      await service.post("/forgot-password", { email });
      const token = await tokenMailedTo(service, email);
      await expectRefused(token);
      expect((await service.get(`/verify-email?token=${token}`)).status).toBe(400);
      expect((await service.get(`/reset-password?token=${token}`)).status).toBe(200);
    });

    it("refuses a verification token of a deactivated account", async () => {
      const { email } = await register(service);
      const token = await tokenMailedTo(service, email);
      await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
      await expectRefused(token);
    });

    it("refuses a verification token if the account gets another address while it is used", async () => {
      const { email } = await register(service);
      const token = await tokenMailedTo(service, email);
      const held = startWithHeldBatch(1, {}, service.clock);
      const answer = held.service.post("/verify-email", { token });
      await held.reached;
      const address = newAddress();
      await env.DB.prepare("UPDATE accounts SET email = ?1, email_key = ?1 WHERE email = ?2")
        .bind(address, email)
        .run();
      held.release();
      expectErrorResponse(await answer, 400, "token_invalid");
      const query = "SELECT email_verified_at FROM accounts WHERE email = ?";
      const account = await env.DB.prepare(query).bind(address).first<{ email_verified_at: number | null }>();
      expect(account?.email_verified_at).toBeNull();
    });
  });

  it("does not consume a verification token by repeated GET requests", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    for (let request = 0; request < 3; request++) {
      const answer = await service.get(`/verify-email?token=${token}`);
      expect([answer.status, answer.body.data]).toEqual([200, { valid: true }]);
    }
    expect((await service.post("/verify-email", { token })).status).toBe(200);
  });

  it("stores the hash of a verification token and never the token", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    const { results } = await env.DB.prepare("SELECT * FROM email_tokens").all();
    expect(results.length).toBeGreaterThan(0);
    expect(JSON.stringify(results)).not.toContain(token);
  });
});

describe("POST /verify-email/resend", () => {
  it("sends once a minute and five times an hour, and keeps the earlier token valid when it does not send", async () => {
    // The burst guard uses real time, in which these requests are a burst.
    const RATE_LIMITS = '{"verify-email-resend":{"limit":1000}}';
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const { email } = await register(limited);
    const resend = () => limited.post("/verify-email/resend", { email });
    await resend();
    expect(await mailTo(limited, email)).toHaveLength(1);
    const token = await tokenMailedTo(limited, email);
    expect((await limited.get(`/verify-email?token=${token}`)).status).toBe(200);
    const started = limited.clock.now();
    for (let minute = 1; minute < 20; minute++) {
      limited.clock.advance(MINUTE);
      await inParallel(3, resend);
    }
    expect(await mailTo(limited, email)).toHaveLength(5);
    limited.clock.advance(started + 60 * MINUTE - limited.clock.now());
    await resend();
    expect(await mailTo(limited, email)).toHaveLength(6);
  });

  it("gives an unverified, a verified and an unknown address the same response and mails only the unverified one", async () => {
    const unverified = (await register(service)).email;
    const verified = (await registerAndVerify(service)).email;
    const unknown = newAddress();
    const before = {
      unverified: (await mailTo(service, unverified)).length,
      verified: (await mailTo(service, verified)).length,
    };
    service.clock.advance(MINUTE);
    const answers = await Promise.all(
      [unverified, verified, unknown].map((email) => service.post("/verify-email/resend", { email })),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect((await mailTo(service, unverified)).length).toBe(before.unverified + 1);
    expect((await mailTo(service, verified)).length).toBe(before.verified);
    expect(await mailTo(service, unknown)).toEqual([]);
  });
});
