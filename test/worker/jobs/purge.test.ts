import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
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
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { openProviders } from "../../support/social/providers.ts";
import { logIn, member, newAddress, register, signedInMember } from "../../support/users.ts";

// Every run of the cron writes a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

/** How many rows of a table belong to an account, or to its mailbox. */
async function rowsOf(table: string, email: string, where = "1"): Promise<number> {
  const owned =
    table === "mailbox_messages" ? "recipient = ?" : "account_id = (SELECT id FROM accounts WHERE email = ?)";
  const query = `SELECT count(*) AS n FROM ${table} WHERE ${owned} AND ${where}`;
  return (await env.DB.prepare(query).bind(email).first<number>("n")) ?? -1;
}

/** Lets the clock come to an instant that lies so far after `start`, and runs the hourly cron there. */
async function purgeAt(service: Service, start: number, after: number): Promise<void> {
  service.clock.advance(start + after - service.clock.now());
  await service.runCron(EVERY_HOUR);
}

describe("the hourly purge", () => {
  it.each([
    ["a verification link", "email_tokens", "verify_email", DAY],
    ["a reset link", "email_tokens", "reset_password", 30 * MINUTE],
  ])("removes %s when it has expired, and not before", async (_what, table, purpose, life) => {
    const service = startService();
    const { email } = await register(service);
    const start = service.clock.now();
    await service.post("/forgot-password", { email });
    const left = () => rowsOf(table, email, `purpose = '${purpose}'`);
    await purgeAt(service, start, life - 1);
    expect(await left()).toBe(1);
    await purgeAt(service, start, life);
    expect(await left()).toBe(0);
  });

  it("removes what waits for a provider's callback, or an app's exchange, when it has expired", async () => {
    const providers = openProviders();
    const service = startService({ env: providers.variables });
    const { email } = await member(service);
    const start = service.clock.now();
    await service.get("/social/github/start");
    await authorizationCodeFor(email, start);
    const count =
      "SELECT (SELECT count(*) FROM oauth_transactions) AS rounds, (SELECT count(*) FROM authorization_codes) AS codes";
    await purgeAt(service, start, MINUTE - 1);
    expect(await env.DB.prepare(count).first()).toEqual({ rounds: 1, codes: 1 });
    await purgeAt(service, start, MINUTE);
    expect(await env.DB.prepare(count).first()).toEqual({ rounds: 1, codes: 0 });
    await purgeAt(service, start, 10 * MINUTE);
    expect(await env.DB.prepare(count).first()).toEqual({ rounds: 0, codes: 0 });
  });

  it("keeps a spent link until it would have expired, so that it stays spent", async () => {
    const service = startService();
    const start = service.clock.now();
    const { email } = await member(service);
    await purgeAt(service, start, DAY - 1);
    expect(await rowsOf("email_tokens", email, "consumed_at IS NOT NULL")).toBe(1);
    await purgeAt(service, start, DAY);
    expect(await rowsOf("email_tokens", email)).toBe(0);
  });

  it("removes sessions at the end of their whole life, ended ones too, and not before", async () => {
    const service = startService();
    const start = service.clock.now();
    const { email, token } = await signedInMember(service);
    await service.post("/logout", undefined, token);
    let { refreshToken } = await logIn(service, email);
    for (let day = 6; day < 30; day += 6) {
      await purgeAt(service, start, day * DAY);
      const refreshed = await service.post("/refresh", { refreshToken });
      expect(refreshed.status).toBe(200);
      refreshToken = refreshed.body.data.refreshToken;
    }
    await purgeAt(service, start, 30 * DAY - MINUTE);
    expect(await rowsOf("sessions", email)).toBe(2);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(200);
    await purgeAt(service, start, 30 * DAY);
    expect(await rowsOf("sessions", email)).toBe(0);
    expect((await service.post("/refresh", { refreshToken })).body.error?.code).toBe("refresh_invalid");
  });

  it("removes sent mail after a day", async () => {
    const { service } = startWithProvider();
    const { email } = await register(service);
    const start = service.clock.now();
    await purgeAt(service, start, DAY);
    expect(await rowsOf("outbox", email, "state = 'sent'")).toBe(1);
    await purgeAt(service, start, DAY + HOUR);
    expect(await rowsOf("outbox", email)).toBe(0);
  });

  it("keeps dead mail for thirty days, for an admin to see", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(422));
    const { email } = await register(service);
    const start = service.clock.now();
    await purgeAt(service, start, 30 * DAY);
    expect(await rowsOf("outbox", email, "state = 'dead' AND last_failure = 'http_422'")).toBe(1);
    await purgeAt(service, start, 30 * DAY + HOUR);
    expect(await rowsOf("outbox", email)).toBe(0);
  });

  it("never removes mail that still waits, however long the other cron stood still", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    await purgeAt(service, service.clock.now(), 60 * DAY);
    expect(await rowsOf("outbox", email, "state = 'queued'")).toBe(1);
    await service.runCron(EVERY_MINUTE);
    expect(await rowsOf("outbox", email, "state = 'dead' AND last_failure = 'expired'")).toBe(1);
  });

  it("removes the messages of the development mailbox after a week", async () => {
    const service = startService();
    const { email } = await register(service);
    const start = service.clock.now();
    await purgeAt(service, start, 7 * DAY);
    expect(await rowsOf("mailbox_messages", email)).toBe(1);
    await purgeAt(service, start, 7 * DAY + HOUR);
    expect(await rowsOf("mailbox_messages", email)).toBe(0);
  });

  it("leaves accounts and what happened to them alone", async () => {
    const service = startService();
    const { email } = await member(service);
    const before = await rowsOf("audit_events", email);
    expect(before).toBeGreaterThan(0);
    await purgeAt(service, service.clock.now(), 300 * DAY);
    expect(await rowsOf("audit_events", email)).toBe(before);
    await logIn(service, email);
  });

  it("may run twice at once", async () => {
    const service = startService();
    const { email } = await register(service);
    service.clock.advance(40 * DAY);
    await Promise.all([service.runCron(EVERY_HOUR), service.runCron(EVERY_HOUR)]);
    expect(await rowsOf("email_tokens", email)).toBe(0);
  });
});

describe("the clockwork", () => {
  it("runs everything when it is set off by hand, which names no cron", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service, newAddress());
    await provider.answer(status(200));
    service.clock.advance(2 * DAY);
    await service.runCron("");
    expect(await rowsOf("outbox", email, "state = 'dead'")).toBe(1);
    expect(await rowsOf("email_tokens", email)).toBe(0);
  });

  it.each(["0 0 * * *", "17 * * *", "* * * * * *", "constructor", "__proto__"])(
    "refuses the cron %j, which it does not know, and does nothing",
    async (cron) => {
      const { provider, service } = startWithProvider();
      await provider.answer(status(500));
      const { email } = await register(service, newAddress());
      await provider.answer(status(200));
      service.clock.advance(40 * DAY);
      await expect(service.runCron(cron)).rejects.toThrow();
      expect(await provider.requests()).toHaveLength(1);
      expect(await rowsOf("outbox", email, "state = 'queued'")).toBe(1);
      expect(await rowsOf("email_tokens", email)).toBe(1);
    },
  );
});
