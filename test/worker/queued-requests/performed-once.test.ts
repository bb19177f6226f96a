import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startWithHeldBatch } from "../../support/d1.ts";
import { EVERY_MINUTE, HOUR } from "../../support/outbox.ts";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../support/users.ts";

// Each cron run writes a line. Deferred work that fails logs an error.
vi.spyOn(console, "log").mockImplementation(() => undefined);
const errors = vi.spyOn(console, "error");
afterEach(() => expect(errors).not.toHaveBeenCalled());

const service = startService();

/**
 * Sends a request, and lets the cron job perform it before its own processing, whose batch is the `nth` of the
 * request. `between` runs before that batch.
 */
async function performTwice(nth: number, path: string, body: object, between = async () => {}) {
  const slow = startWithHeldBatch(nth, {}, service.clock);
  const pending = slow.service.post(path, body);
  await slow.reached;
  await service.runCron(EVERY_MINUTE);
  await between();
  slow.release();
  return pending;
}

async function eventsOf(email: string): Promise<string[]> {
  const query = "SELECT type FROM audit_events WHERE account_id = ? ORDER BY rowid";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ type: string }>();
  return results.map(({ type }) => type);
}

describe("a request that the cron job performs before its own processing", () => {
  it("mails one reset link, with one event", async () => {
    const { email } = await registerVerifiedUser(service);
    const before = await eventsOf(email);
    expect((await performTwice(2, "/forgot-password", { email })).status).toBe(200);
    expect(await mailTo(service, email)).toHaveLength(1);
    expect(await eventsOf(email)).toEqual([...before, "password_reset_requested"]);
  });

  it("creates one account, with one event and one valid verification link", async () => {
    const email = newAddress();
    const registration = { email, password: PASSWORD, name: "Ada" };
    expect((await performTwice(3, "/register", registration)).status).toBe(201);
    expect(await mailTo(service, email)).toHaveLength(1);
    expect(await eventsOf(email)).toEqual(["account_registered"]);
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token })).status).toBe(200);
  });

  it("mails the owner of a taken address one notice", async () => {
    const { email } = await registerVerifiedUser(service);
    const registration = { email, password: PASSWORD, name: "Mallory" };
    // Otherwise the limit of one notice an hour would hold the second one back.
    const forgetNotice = async () => {
      await env.DB.prepare("UPDATE outbox SET created_at = created_at - ?").bind(HOUR).run();
    };
    expect((await performTwice(3, "/register", registration, forgetNotice)).status).toBe(201);
    expect(await mailTo(service, email)).toHaveLength(1);
  });
});
