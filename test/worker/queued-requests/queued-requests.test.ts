import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { inParallel } from "../../support/assertions.ts";
import { createFaultyD1 } from "../../support/d1.ts";
import { DAY, EVERY_HOUR, EVERY_MINUTE, MINUTE } from "../../support/outbox.ts";
import { createTestClock, startService } from "../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../support/users.ts";

// Deferred work that fails logs an error, and each cron run writes a line.
vi.spyOn(console, "error").mockImplementation(() => undefined);
vi.spyOn(console, "log").mockImplementation(() => undefined);

/** A service that D1 leaves as soon as the response is ready, as a Worker that is killed. */
function startInterrupted(clock = createTestClock()) {
  const d1 = createFaultyD1(env.DB);
  const interrupted = startService({ clock, env: { DB: d1.db }, onAnswer: d1.failAllCalls });
  return { interrupted, service: startService({ clock }) };
}

const countQueued = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM queued_requests").first<number>("n")) ?? -1;

describe("a request that is interrupted after its response", () => {
  it("is performed exactly once by two cron runs at the same time", async () => {
    const { interrupted, service } = startInterrupted();
    const email = newAddress();
    const fields = { email, password: PASSWORD, name: "Ada" };
    expect((await interrupted.post("/register", fields)).status).toBe(201);
    expect(await mailTo(service, email)).toEqual([]);
    service.clock.advance(MINUTE);
    await Promise.all([service.runCron(EVERY_MINUTE), service.runCron(EVERY_MINUTE)]);
    expect(await mailTo(service, email)).toHaveLength(1);
    expect(await countQueued()).toBe(0);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    await logIn(service, email);
  });

  it("mails the reset link of a known address, and leaves no row for an unknown one", async () => {
    const { interrupted, service } = startInterrupted();
    const { email } = await registerVerifiedUser(service);
    const before = (await mailTo(service, email)).length;
    service.clock.advance(2 * MINUTE);
    await startInterrupted(service.clock).interrupted.post("/forgot-password", { email: newAddress() });
    await interrupted.post("/forgot-password", { email });
    expect(await countQueued()).toBe(2);
    service.clock.advance(MINUTE);
    await service.runCron(EVERY_MINUTE);
    expect(await mailTo(service, email)).toHaveLength(before + 1);
    expect(await countQueued()).toBe(0);
  });

  it("contains neither the address nor the name in plaintext, and is deleted after a day if it cannot be performed", async () => {
    const { interrupted, service } = startInterrupted();
    const email = newAddress();
    await interrupted.post("/register", { email, password: PASSWORD, name: "Adalbert" });
    const row = JSON.stringify(await env.DB.prepare("SELECT * FROM queued_requests").first());
    for (const plaintext of [email, "Adalbert", PASSWORD]) expect(row).not.toContain(plaintext);
    service.clock.advance(DAY + 1);
    await service.runCron(EVERY_HOUR);
    expect(await countQueued()).toBe(0);
  });

  it("is dropped if its root secret is gone", async () => {
    const { interrupted, service } = startInterrupted();
    await interrupted.post("/forgot-password", { email: newAddress() });
    const other = { AUTH_SECRET: "another secret without the previous one" };
    await startService({ clock: service.clock, env: other }).runCron(EVERY_MINUTE);
    expect(await countQueued()).toBe(0);
  });
});

describe("registrations of one new address at the same time", () => {
  it("keep the password that all of them give, while none is performed yet", async () => {
    const { interrupted, service } = startInterrupted();
    const email = newAddress();
    await interrupted.post("/register", { email, password: PASSWORD, name: "Ada" });
    const again = startInterrupted(service.clock).interrupted;
    await again.post("/register", { email, password: PASSWORD, name: "Ada" });
    service.clock.advance(MINUTE);
    await service.runCron(EVERY_MINUTE);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    await logIn(service, email);
  });

  it("create one account", async () => {
    const service = startService();
    const email = newAddress();
    await inParallel(20, () => service.post("/register", { email, password: PASSWORD, name: "Ada" }));
    const count = await env.DB.prepare("SELECT count(*) AS n FROM accounts WHERE email = ?")
      .bind(email)
      .first<number>("n");
    expect(count).toBe(1);
  });
});

describe("a request over the limit of its client", () => {
  it("is not queued, so that the cron job does not perform it either", async () => {
    const RATE_LIMITS = '{"mail":{"limit":1,"windowSeconds":3600}}';
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const before = await countQueued();
    const { email } = await registerVerifiedUser(limited);
    const request = async (address: string) =>
      (await limited.post("/forgot-password", { email: address })).status;
    expect(await request(newAddress())).toBe(200);
    expect(await request(email)).toBe(429);
    expect(await countQueued()).toBe(before);
    expect(await mailTo(limited, email)).toEqual([]);
  });
});
