import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { passwordStore } from "../../../../src/authentication/password/store.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { errorTable } from "../../../../src/http/error-table.ts";
import { createFaultyD1 } from "../../../support/d1.ts";
import { EVERY_MINUTE, MINUTE } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

// Deferred work that fails logs an error, and each cron run writes a line.
vi.spyOn(console, "error").mockImplementation(() => undefined);
vi.spyOn(console, "log").mockImplementation(() => undefined);

const service = startService();

const guess = async (email: string, times: number, at = service) => {
  for (let n = 0; n < times; n++) await at.post("/login", { email, password: "not the password" });
};
const noticesTo = async (email: string) =>
  (await mailTo(service, email)).filter(({ subject }) => /too many attempts/i.test(subject)).length;
const eventsOf = async (email: string, type: string) => {
  const query = "SELECT details FROM audit_events WHERE account_id = ? AND type = ?";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email), type)
    .all<{ details: string }>();
  return results.map(({ details }) => JSON.parse(details));
};
const queued = () => env.DB.prepare("SELECT count(*) AS n FROM queued_requests").first<number>("n");

describe("the notice of a lockout", () => {
  it("is not mailed to a deactivated account, and its audit event is recorded", async () => {
    const { email } = await registerVerifiedUser(service);
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
    await guess(email, 10);
    expect(await noticesTo(email)).toBe(0);
    expect(await eventsOf(email, "account_locked")).toEqual([{ unlock: "time" }]);
  });

  it("counts the wrong password that starts a lockout, which says to wait, and leaves no queued request", async () => {
    const { email } = await registerVerifiedUser(service);
    await guess(email, 10);
    expect(await noticesTo(email)).toBe(1);
    const refused = await service.post("/login", { email, password: PASSWORD });
    expect([refused.status, refused.body.message]).toEqual([429, errorTable.too_many_attempts[1]]);
    expect(await eventsOf(email, "sign_in_failed")).toEqual([{ count: 11 }]);
    expect(await queued()).toBe(0);
  });

  it("is mailed and recorded once when its request is performed again and again", async () => {
    const d1 = createFaultyD1(env.DB);
    const { clock } = service;
    const interrupted = startService({ clock, env: { DB: d1.db }, onAnswer: d1.failAllCalls });
    const { email } = await registerVerifiedUser(service);
    await guess(email, 9);
    await guess(email, 1, interrupted);
    expect([await noticesTo(email), await queued()]).toEqual([0, 1]);
    clock.advance(MINUTE);
    await Promise.all([service.runCron(EVERY_MINUTE), service.runCron(EVERY_MINUTE)]);
    clock.advance(120 * MINUTE);
    await service.runCron(EVERY_MINUTE);
    expect([await noticesTo(email), await queued()]).toEqual([1, 0]);
    expect(await eventsOf(email, "account_locked")).toHaveLength(1);
  });

  it("has no effect without its queued request, and needs no failure, as the previous release queued it", async () => {
    const { email } = await registerVerifiedUser(service);
    const passwords = passwordStore(openDatabase(env.DB, newMeter()), null);
    const now = service.clock.now();
    const lockout = (requestId: string) => ({
      requestId,
      emailKey: email,
      targetId: "no account",
      notice: {
        id: crypto.randomUUID(),
        kind: "account_locked" as const,
        channel: "email" as const,
        target: null,
        sealed: "sealed",
        expiresAt: now + MINUTE,
      },
      audit: {
        id: crypto.randomUUID(),
        type: "account_locked" as const,
        at: now,
        actorId: null,
        ip: null,
        details: { unlock: "time" as const },
      },
      now,
    });
    const outbox = async () =>
      env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE account_id = ?")
        .bind(await accountIdOf(email))
        .first<number>("n");
    await passwords.recordLockout(lockout(crypto.randomUUID()));
    expect([await outbox(), await eventsOf(email, "account_locked")]).toEqual([0, []]);
    const id = crypto.randomUUID();
    await env.DB.prepare("INSERT INTO queued_requests (id, sealed, created_at) VALUES (?, 'sealed', ?)")
      .bind(id, now)
      .run();
    await passwords.recordLockout(lockout(id));
    expect([await outbox(), await eventsOf(email, "account_locked")]).toEqual([1, [{ unlock: "time" }]]);
    expect(await eventsOf(email, "sign_in_failed")).toEqual([]);
  });
});
