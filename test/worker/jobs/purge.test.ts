import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createClient } from "../../support/oauth.ts";
import {
  DAY,
  EVERY_HOUR,
  EVERY_MINUTE,
  HOUR,
  MINUTE,
  startWithProvider,
  status,
} from "../../support/outbox.ts";
import { type Service, startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import {
  logIn,
  newAddress,
  register,
  registerAndVerify,
  registerVerifyAndLogIn,
} from "../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

/** Counts the rows of a table that belong to an account, or to its mailbox. */
async function countRows(table: string, email: string, where = "1"): Promise<number> {
  const owned =
    table === "mailbox_messages" ? "recipient = ?" : "account_id = (SELECT id FROM accounts WHERE email = ?)";
  const query = `SELECT count(*) AS n FROM ${table} WHERE ${owned} AND ${where}`;
  return (await env.DB.prepare(query).bind(email).first<number>("n")) ?? -1;
}

/** Marks the address as verified, because an unverified registration is deleted after a week with its messages. */
const keepAccount = (email: string) =>
  env.DB.prepare("UPDATE accounts SET email_verified_at = 1 WHERE email = ?").bind(email).run();

/** Sets the clock to `start + after` and runs the hourly cron. */
async function purgeAt(service: Service, start: number, after: number): Promise<void> {
  service.clock.advance(start + after - service.clock.now());
  await service.runCron(EVERY_HOUR);
}

describe("the hourly purge", () => {
  it.each([
    ["a verification link", "email_tokens", "verify_email", DAY],
    ["a reset link", "email_tokens", "reset_password", 30 * MINUTE],
  ])("deletes %s at its expiry, and not before", async (_case, table, purpose, life) => {
    const service = startService();
    const { email } = await register(service);
    const start = service.clock.now();
    await service.post("/forgot-password", { email });
    const count = () => countRows(table, email, `purpose = '${purpose}'`);
    await purgeAt(service, start, life - 1);
    expect(await count()).toBe(1);
    await purgeAt(service, start, life);
    expect(await count()).toBe(0);
  });

  it("deletes OAuth transactions at their expiry, and not before", async () => {
    const providers = openProviders();
    const service = startService({ env: providers.variables });
    const start = service.clock.now();
    await service.get("/social/github/start");
    const count = () => env.DB.prepare("SELECT count(*) AS n FROM oauth_transactions").first("n");
    await purgeAt(service, start, 10 * MINUTE - 1);
    expect(await count()).toBe(1);
    await purgeAt(service, start, 10 * MINUTE);
    expect(await count()).toBe(0);
  });

  it("deletes used client assertions at their expiry, and not before", async () => {
    const service = startService();
    const start = service.clock.now();
    const { id } = await createClient(service);
    const insert =
      "INSERT INTO oauth_client_assertions (client_id, jti_hash, expires_at) VALUES (?, 'hash', ?)";
    await env.DB.prepare(insert)
      .bind(id, start + MINUTE)
      .run();
    const query = "SELECT count(*) AS n FROM oauth_client_assertions WHERE client_id = ?";
    const count = () => env.DB.prepare(query).bind(id).first("n");
    await purgeAt(service, start, MINUTE - 1);
    expect(await count()).toBe(1);
    await purgeAt(service, start, MINUTE);
    expect(await count()).toBe(0);
  });

  it("keeps a consumed email token until its expiry, so that it stays consumed", async () => {
    const service = startService();
    const start = service.clock.now();
    const { email } = await registerAndVerify(service);
    await purgeAt(service, start, DAY - 1);
    expect(await countRows("email_tokens", email, "consumed_at IS NOT NULL")).toBe(1);
    await purgeAt(service, start, DAY);
    expect(await countRows("email_tokens", email)).toBe(0);
  });

  it("deletes live and ended sessions at their absolute expiry, and not before", async () => {
    const service = startService();
    const start = service.clock.now();
    const { email, token } = await registerVerifyAndLogIn(service);
    await service.post("/logout", undefined, token);
    let { refreshToken } = await logIn(service, email);
    for (let day = 6; day < 30; day += 6) {
      await purgeAt(service, start, day * DAY);
      const refreshed = await service.post("/refresh", { refreshToken });
      expect(refreshed.status).toBe(200);
      refreshToken = refreshed.body.data.refreshToken;
    }
    await purgeAt(service, start, 30 * DAY - MINUTE);
    expect(await countRows("sessions", email)).toBe(2);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(200);
    await purgeAt(service, start, 30 * DAY);
    expect(await countRows("sessions", email)).toBe(0);
    expect((await service.post("/refresh", { refreshToken })).body.error?.code).toBe("refresh_invalid");
  });

  it("deletes sent messages after a day", async () => {
    const { service } = startWithProvider();
    const { email } = await register(service);
    const start = service.clock.now();
    await purgeAt(service, start, DAY);
    expect(await countRows("outbox", email, "state = 'sent'")).toBe(1);
    await purgeAt(service, start, DAY + HOUR);
    expect(await countRows("outbox", email)).toBe(0);
  });

  it("keeps dead-lettered messages for thirty days", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(422));
    const { email } = await register(service);
    await keepAccount(email);
    const start = service.clock.now();
    await purgeAt(service, start, 30 * DAY);
    expect(await countRows("outbox", email, "state = 'dead' AND last_failure = 'http_422'")).toBe(1);
    await purgeAt(service, start, 30 * DAY + HOUR);
    expect(await countRows("outbox", email)).toBe(0);
  });

  it("never deletes queued messages, even if the delivery cron has not run for months", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    await keepAccount(email);
    await purgeAt(service, service.clock.now(), 60 * DAY);
    expect(await countRows("outbox", email, "state = 'queued'")).toBe(1);
    await service.runCron(EVERY_MINUTE);
    expect(await countRows("outbox", email, "state = 'dead' AND last_failure = 'expired'")).toBe(1);
  });

  it("deletes the messages of the development mailbox after a week", async () => {
    const service = startService();
    const { email } = await register(service);
    const start = service.clock.now();
    await purgeAt(service, start, 7 * DAY);
    expect(await countRows("mailbox_messages", email)).toBe(1);
    await purgeAt(service, start, 7 * DAY + HOUR);
    expect(await countRows("mailbox_messages", email)).toBe(0);
  });

  it("keeps accounts and their audit events", async () => {
    const service = startService();
    const { email } = await registerAndVerify(service);
    const before = await countRows("audit_events", email);
    expect(before).toBeGreaterThan(0);
    await purgeAt(service, service.clock.now(), 300 * DAY);
    expect(await countRows("audit_events", email)).toBe(before);
    await logIn(service, email);
  });

  it("deletes expired rows also when two runs overlap", async () => {
    const service = startService();
    const { email } = await register(service);
    service.clock.advance(40 * DAY);
    await Promise.all([service.runCron(EVERY_HOUR), service.runCron(EVERY_HOUR)]);
    expect(await countRows("email_tokens", email)).toBe(0);
  });
});

describe("runScheduled", () => {
  it("runs every job when no cron expression is given", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service, newAddress());
    await provider.answer(status(200));
    service.clock.advance(2 * DAY);
    await service.runCron("");
    expect(await countRows("outbox", email, "state = 'dead'")).toBe(1);
    expect(await countRows("email_tokens", email)).toBe(0);
  });

  it.each(["0 0 * * *", "17 * * *", "* * * * * *", "constructor", "__proto__"])(
    "rejects the unknown cron expression %j and runs no job",
    async (cron) => {
      const { provider, service } = startWithProvider();
      await provider.answer(status(500));
      const { email } = await register(service, newAddress());
      await provider.answer(status(200));
      service.clock.advance(40 * DAY);
      await expect(service.runCron(cron)).rejects.toThrow();
      expect(await provider.requests()).toHaveLength(1);
      expect(await countRows("outbox", email, "state = 'queued'")).toBe(1);
      expect(await countRows("email_tokens", email)).toBe(1);
    },
  );
});
