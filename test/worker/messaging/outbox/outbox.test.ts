import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMessage } from "../../../../src/messaging/outbox/new-outbox-message.ts";
import { SEND_LEASE_MS } from "../../../../src/messaging/outbox/rules.ts";
import { outboxStore } from "../../../../src/messaging/outbox/store.ts";
import { createFaultyD1 } from "../../../support/d1.ts";
import {
  advanceMinutes,
  DAY,
  deliveryAttemptsOf,
  EVERY_MINUTE,
  MINUTE,
  outboxRowsOf,
  receives,
  registerWithoutWaiting,
  startWithProvider,
  status,
} from "../../../support/outbox.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { newAddress, PASSWORD, register, registerVerifiedUser } from "../../../support/users.ts";

// Every cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

// A cron run sends every due message of the database, and so also what another test has left.
beforeEach(async () => {
  await env.DB.exec("DELETE FROM outbox");
});

/** A verified account, and a service with a provider on the same clock. */
async function memberWithProvider(clock = createTestClock()) {
  const { email } = await registerVerifiedUser(startService({ clock }));
  return { email, ...startWithProvider(clock) };
}

describe("a mail provider that is down for an hour", () => {
  it("every verification mail is delivered exactly once after the provider is back", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const addresses = [];
    for (let count = 0; count < 8; count++) {
      addresses.push((await register(service)).email);
      await advanceMinutes(service, 5);
    }
    await advanceMinutes(service, 20);
    const failed = deliveryAttemptsOf(await provider.requests());
    for (const email of addresses) {
      expect(await outboxRowsOf(service, email)).toMatchObject([
        { state: "queued", last_failure: "http_500" },
      ]);
    }

    await provider.answer(status(200));
    await advanceMinutes(service, 15);
    const all = deliveryAttemptsOf(await provider.requests());
    const taken = all.slice(failed.length);
    expect(taken.map(({ to }) => to).sort()).toEqual([...addresses].sort());
    for (const email of addresses) {
      const [row] = await outboxRowsOf(service, email);
      const own = all.filter(({ to }) => to === email);
      expect(own.length).toBeGreaterThan(4);
      // Every attempt uses one key, so that a provider that accepted an earlier attempt sends no second mail.
      expect(new Set(own.map(({ key }) => key))).toEqual(new Set([row?.id]));
      expect(row).toMatchObject({ state: "sent", sealed: "", last_failure: null });
    }
    await advanceMinutes(service, 30);
    expect((await provider.requests()).length).toBe(all.length);

    const [, token] = /token=([\w-]+)/.exec(taken[0]?.text ?? "") ?? [];
    expect((await service.post("/verify-email", { token })).status).toBe(200);
  });

  it("a reset mail is dead-lettered with a reason when its link expires", async () => {
    const { email, provider, service } = await memberWithProvider();
    await provider.answer(status(500));
    await service.post("/forgot-password", { email });
    await advanceMinutes(service, 29);
    const attempts = (await provider.requests()).length;
    expect(attempts).toBeGreaterThan(3);
    await advanceMinutes(service, 1);
    await provider.answer(status(200));
    await advanceMinutes(service, 40);
    expect((await provider.requests()).length).toBe(attempts);
    const reset = (await outboxRowsOf(service, email)).find(({ kind }) => kind === "reset_password");
    expect(reset).toMatchObject({
      state: "dead",
      sealed: "",
      last_failure: "expired_after_http_500",
    });
  });

  it("a reset mail is dead-lettered without another attempt if no cron ran before its link expired", async () => {
    const { email, provider, service } = await memberWithProvider();
    await provider.answer(status(500));
    await service.post("/forgot-password", { email });
    // No cron ran for half an hour. The link expires at exactly this instant.
    service.clock.advance(30 * MINUTE);
    await provider.answer(status(200));
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(1);
    const reset = (await outboxRowsOf(service, email)).find(({ kind }) => kind === "reset_password");
    expect(reset).toMatchObject({ state: "dead", last_failure: "expired" });
  });
});

describe("a mail in the outbox", () => {
  it("a mail that the provider refuses is dead-lettered at once", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(422));
    const { email } = await register(service);
    expect(await outboxRowsOf(service, email)).toMatchObject([
      { state: "dead", sealed: "", attempts: 1, last_failure: "http_422" },
    ]);
    await provider.answer(status(200));
    await advanceMinutes(service, 30);
    expect(await provider.requests()).toHaveLength(1);
  });

  it("a mail taken by a Worker that died is sent again only after its lease, with the same key", async () => {
    const { provider, service } = startWithProvider();
    const { clock } = service;
    await provider.answer(status(500));
    const { email } = await register(service);
    await provider.answer(status(200));
    clock.advance(MINUTE);
    const [row] = await outboxRowsOf(service, email);
    const outbox = outboxStore(
      openDatabase(service.env.DB, { d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] }),
    );
    const taken = await outbox.take(row?.id ?? "", clock.now(), clock.now() + SEND_LEASE_MS);
    expect(taken).toMatchObject({ id: row?.id, attempts: 2, account: { email } });

    clock.advance(SEND_LEASE_MS - 1);
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(1);
    clock.advance(1);
    await service.runCron(EVERY_MINUTE);
    const attempts = deliveryAttemptsOf(await provider.requests());
    expect(attempts.map(({ key }) => key)).toEqual([row?.id, row?.id]);
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", attempts: 3 }]);
  });

  it.each([
    ["second_step_on", "second_factor_enabled"],
    ["second_step_off", "second_factor_disabled"],
    ["ways_in_reset", "sign_in_methods_reset"],
  ])("a mail of the former kind %s is delivered after the upgrade as %s", async (former, kind) => {
    const { email, provider, service } = await memberWithProvider();
    const secrets = await createSecretRing(
      String((service.env as unknown as Record<string, unknown>).AUTH_SECRET),
    );
    const sent = await newMessage({ secrets }, { kind: former } as never, {
      expiresAt: service.clock.now() + DAY,
    });
    const current = await newMessage({ secrets }, { kind } as never, {
      expiresAt: service.clock.now() + DAY,
    });
    const now = service.clock.now();
    for (const { id, sealed } of [sent, current]) {
      await service.env.DB.prepare(
        `INSERT INTO outbox (id, account_id, kind, channel, sealed, state, attempts, created_at, due_at, expires_at)
         SELECT ?, id, ?, 'email', ?, 'queued', 0, ?, ?, ? FROM accounts WHERE email = ?`,
      )
        .bind(id, former, sealed, now, now, now + DAY, email)
        .run();
    }
    await provider.answer(status(200));
    await service.runCron(EVERY_MINUTE);
    const [first, second] = deliveryAttemptsOf(await provider.requests()).map(({ text }) => text);
    expect(first).toBe(second);
    expect(first).toBeTruthy();
  });

  it("a mail is sent once by two cron runs and the first delivery at the same time", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer({ kind: "respond", status: 200, delay: 300 });
    const { email, finished } = await registerWithoutWaiting(service);
    await Promise.all([service.runCron(EVERY_MINUTE), service.runCron(EVERY_MINUTE), finished()]);
    expect(deliveryAttemptsOf(await provider.requests()).map(({ to }) => to)).toEqual([email]);
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", attempts: 1 }]);
  });

  it("a mail that the provider holds is handed over once by two delivery runs, and again only after its lease", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    service.clock.advance(MINUTE);
    await provider.answer({ kind: "respond", status: 200, isHeld: true }, status(200));
    const first = service.runCron(EVERY_MINUTE);
    await receives(provider, 2);
    await service.runCron(EVERY_MINUTE);
    service.clock.advance(SEND_LEASE_MS - 1);
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(2);
    service.clock.advance(1);
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(3);
    await provider.release();
    await first;
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", attempts: 3 }]);
  });

  it.each([[500], [422]])(
    "the late answer %i to a delivery whose lease ended does not end the lease of the next delivery",
    async (code) => {
      const { provider, service } = startWithProvider();
      await provider.answer({ kind: "respond", status: code, isHeld: true });
      const { email, finished } = await registerWithoutWaiting(service);
      await receives(provider, 1);
      service.clock.advance(SEND_LEASE_MS);
      await provider.answer({ kind: "respond", status: 200, isHeld: true });
      const next = service.runCron(EVERY_MINUTE);
      await receives(provider, 2);
      await provider.release();
      await finished();
      expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "queued", attempts: 2 }]);
      // Within the lease of the next delivery, which is still running.
      service.clock.advance(SEND_LEASE_MS - 1);
      await service.runCron(EVERY_MINUTE);
      expect(await provider.requests()).toHaveLength(2);
      await provider.release();
      await next;
      expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", attempts: 2 }]);
    },
  );

  it("a mail is sent exactly once if any one call of its delivery to D1 fails", async () => {
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const d1 = createFaultyD1(env.DB);
    const { provider, service } = startWithProvider(createTestClock(), { DB: d1.db });
    const runCron = () => service.runCron(EVERY_MINUTE).catch(() => undefined);
    /** Delivers one mail, whose n-th call fails. Returns the number of its hand-overs and the number of calls. */
    const deliver = async (plan: Parameters<typeof d1.plan>[0]) => {
      d1.plan(null);
      await provider.answer(status(500));
      const { email } = await register(service);
      await provider.answer(status(200));
      service.clock.advance(MINUTE);
      d1.plan(plan);
      await runCron();
      const { calls } = d1;
      d1.plan(null);
      await advanceMinutes(service, 3);
      const attempts = deliveryAttemptsOf(await provider.requests()).filter(({ to }) => to === email);
      // The first attempt was answered with 500.
      return { calls, sent: attempts.length - 1 };
    };
    const { calls } = await deliver(null);
    for (let call = 1; call <= calls; call += 1) {
      expect([call, (await deliver({ call, fault: "not_sent" })).sent]).toEqual([call, 1]);
    }
    errors.mockRestore();
  });

  it("due mails are sent once by ten cron runs at the same time", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const addresses = [];
    for (let count = 0; count < 5; count++) addresses.push((await register(service)).email);
    const failed = (await provider.requests()).length;
    await provider.answer(status(200));
    service.clock.advance(MINUTE);
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_MINUTE)));
    const taken = deliveryAttemptsOf((await provider.requests()).slice(failed));
    expect(taken.map(({ to }) => to).sort()).toEqual(addresses.sort());
  });

  it("the outbox row of a mail contains neither link nor address in plaintext", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    const [attempt] = deliveryAttemptsOf(await provider.requests());
    const [, token = ""] = /token=([\w-]+)/.exec(attempt?.text ?? "") ?? [];
    expect(token).toHaveLength(43);
    const [row] = await outboxRowsOf(service, email);
    expect(row?.sealed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const bytes = row?.sealed.split(".").map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    for (const plaintext of [token, "verify-email", "http:", email]) {
      expect(JSON.stringify(row)).not.toContain(plaintext);
      expect(bytes?.join()).not.toContain(plaintext);
    }
  });

  it("a mail that no secret can unseal is dead-lettered as unsealable and not sent", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    const other = { AUTH_SECRET: "another secret without the previous one" };
    const after = startWithProvider(service.clock, other);
    await advanceMinutes(after.service, 1);
    expect(await outboxRowsOf(service, email)).toMatchObject([
      { state: "dead", sealed: "", last_failure: "unsealable" },
    ]);
    expect(await after.provider.requests()).toEqual([]);
  });
});

describe("account enumeration by the mail provider's state", () => {
  it.each([["500"], ["200"], ["422"]])(
    "a known and an unknown address get the same response while the provider returns %s",
    async (code) => {
      const { email, provider, service } = await memberWithProvider();
      await provider.answer(status(Number(code)));
      const observable = ({ status, text, headers }: Awaited<ReturnType<typeof service.post>>) =>
        [status, text.replace(/"id":"[^"]+"|registrant-\d+/g, "…"), [...headers.keys()].sort().join()].join(
          " ",
        );
      for (const path of ["/forgot-password", "/verify-email/resend", "/register"]) {
        const body = path === "/register" ? { password: PASSWORD, name: "Ada" } : {};
        const known = await service.post(path, { ...body, email });
        const unknown = await service.post(path, { ...body, email: newAddress() });
        expect(observable(known)).toBe(observable(unknown));
        expect(known.status).toBeLessThan(300);
      }
    },
  );
});
