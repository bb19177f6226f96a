import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createFaultyD1, recordD1 } from "../../support/d1.ts";
import { EVERY_MINUTE } from "../../support/outbox.ts";
import { createTestClock, startService } from "../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  register,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../support/users.ts";

// Deferred work that fails logs an error, and each cron run writes a line.
vi.spyOn(console, "error").mockImplementation(() => undefined);
vi.spyOn(console, "log").mockImplementation(() => undefined);

const service = startService();

/** Gives the registration of an address the hash of a verified user with the same password, which has another salt. */
async function storeOtherSalt(email: string): Promise<void> {
  const { email: other } = await registerVerifiedUser(service);
  const query =
    "UPDATE accounts SET password_hash = (SELECT password_hash FROM accounts WHERE email = ?) WHERE email = ?";
  await env.DB.prepare(query).bind(other, email).run();
}

async function expectPasswordKept(email: string): Promise<void> {
  const token = await tokenMailedTo(service, email);
  expect((await service.post("/verify-email", { token })).status).toBe(200);
  await logIn(service, email);
}

/** A registration whose processing is interrupted, so that it stays in the queue. */
async function queueRegistration(email: string): Promise<void> {
  const d1 = createFaultyD1(env.DB);
  const clock = createTestClock(service.clock.now());
  const interrupted = startService({ clock, env: { DB: d1.db }, onAnswer: d1.failAllCalls });
  expect((await register(interrupted, email)).answer.status).toBe(201);
}

// Earlier releases gave each registration a random salt.
describe("a repeated registration with the same password", () => {
  it("keeps the password whose hash has a salt of its own", async () => {
    await register(service);
    const { email } = await register(service);
    await storeOtherSalt(email);
    service.clock.advance(1000);
    await register(service, email);
    await expectPasswordKept(email);
  });

  it("keeps the password of a registration with such a salt that waits in the queue", async () => {
    const email = newAddress();
    await queueRegistration(newAddress());
    await register(service, email);
    await storeOtherSalt(email);
    service.clock.advance(1000);
    await queueRegistration(email);
    await env.DB.prepare("DELETE FROM accounts WHERE email = ?").bind(email).run();
    service.clock.advance(1000);
    await queueRegistration(email);
    await service.runCron(EVERY_MINUTE);
    await expectPasswordKept(email);
  });
});

describe("a registration", () => {
  it("leaves the earlier link valid if a limit holds the mail back", async () => {
    const limited = startService({ env: { RATE_LIMITS: "{}", BURST: undefined } });
    const { email } = await register(limited);
    const token = await tokenMailedTo(limited, email);
    expect((await register(limited, email)).answer.status).toBe(201);
    expect(await mailTo(limited, email)).toHaveLength(1);
    expect((await limited.post("/verify-email", { token })).status).toBe(200);
  });

  it("writes the address of a new account once", async () => {
    const recorded = recordD1(env.DB);
    await register(startService({ env: { DB: recorded.db } }));
    const update = recorded.statements.find(({ sql }) => sql.startsWith('update "accounts" set "email" ='));
    expect(update?.rows).toBe(0);
  });

  it("mails the deactivated owner of the address that the account is deactivated, and no link", async () => {
    const { email } = await registerVerifiedUser(service);
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
    expect((await register(service, email)).answer.status).toBe(201);
    const [notice, ...others] = await mailTo(service, email);
    expect([notice?.subject, others]).toEqual(["Your account at Gatehouse is deactivated", []]);
    expect(notice?.text).not.toContain("token=");
  });
});
