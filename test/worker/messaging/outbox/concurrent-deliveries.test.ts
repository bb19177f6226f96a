import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { SEND_LEASE_MS } from "../../../../src/messaging/outbox/rules.ts";
import { outboxStore } from "../../../../src/messaging/outbox/store.ts";
import { recordD1 } from "../../../support/d1.ts";
import {
  deliveryAttemptsOf,
  EVERY_MINUTE,
  MINUTE,
  outboxRowsOf,
  receives,
  registerWithoutWaiting,
  startWithProvider,
  status,
} from "../../../support/outbox.ts";
import { createTestClock } from "../../../support/service.ts";
import { accountIdOf, register } from "../../../support/users.ts";

// Every cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

// A cron run sends every due message of the database, and so also what another test has left.
beforeEach(async () => {
  await env.DB.exec("DELETE FROM outbox");
});

describe("the outcome of a delivery", () => {
  it("is recorded for its own mail alone, and not for others with as many attempts", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email: waiting } = await register(service);
    await provider.answer(status(422));
    const { email: refused } = await register(service);
    expect(await outboxRowsOf(service, refused)).toMatchObject([{ state: "dead", attempts: 1 }]);
    expect(await outboxRowsOf(service, waiting)).toMatchObject([
      { state: "queued", attempts: 1, last_failure: "http_500" },
    ]);
  });

  it("does not dead-letter a mail that an earlier delivery has sent meanwhile", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer({ kind: "respond", status: 200, isHeld: true });
    const { email, finished } = await registerWithoutWaiting(service);
    await receives(provider, 1);
    service.clock.advance(SEND_LEASE_MS);
    await provider.answer({ kind: "respond", status: 422, isHeld: true });
    const next = service.runCron(EVERY_MINUTE);
    await receives(provider, 2);
    await provider.release();
    await finished();
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", attempts: 2 }]);
    await provider.release();
    await next;
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "sent", last_failure: null }]);
  });

  it.each([
    ["sent", 200],
    ["dead", 422],
  ])("is final: a %s mail is not taken again after its lease", async (state, code) => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(code));
    const { email } = await register(service);
    const [row] = await outboxRowsOf(service, email);
    expect(row?.state).toBe(state);
    const later = service.clock.now() + SEND_LEASE_MS;
    const outbox = outboxStore(openDatabase(service.env.DB, newMeter()));
    expect(await outbox.take(row?.id ?? "", later, later + SEND_LEASE_MS)).toBeNull();
  });
});

describe("the delivery run of each minute", () => {
  it("sends a due mail, however many mails were sent before", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    const id = await accountIdOf(email);
    const sent = env.DB.prepare(
      `INSERT INTO outbox (id, account_id, kind, sealed, state, attempts, created_at, due_at, expires_at)
       VALUES (?, ?, 'verify_email', '', 'sent', 1, 0, 0, 0)`,
    );
    await env.DB.batch(Array.from({ length: 100 }, () => sent.bind(crypto.randomUUID(), id)));
    await provider.answer(status(200));
    service.clock.advance(MINUTE);
    await service.runCron(EVERY_MINUTE);
    expect(deliveryAttemptsOf(await provider.requests()).map(({ to }) => to)).toEqual([email, email]);
  });

  it("does not ask for mails that are not due yet", async () => {
    const d1 = recordD1(env.DB);
    const { provider, service } = startWithProvider(createTestClock(), { DB: d1.db });
    const tripsOfRun = async () => {
      const before = d1.trips;
      await service.runCron(EVERY_MINUTE);
      return d1.trips - before;
    };
    await tripsOfRun();
    const withoutMail = await tripsOfRun();
    await provider.answer(status(500));
    const { email } = await register(service);
    expect(await outboxRowsOf(service, email)).toMatchObject([{ state: "queued" }]);
    expect(await tripsOfRun()).toBe(withoutMail);
    service.clock.advance(MINUTE);
    expect(await tripsOfRun()).toBeGreaterThan(withoutMail);
  });
});
