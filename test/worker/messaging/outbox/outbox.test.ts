import { describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../../src/db/database.ts";
import { SEND_LEASE_MS } from "../../../../src/messaging/outbox/rules.ts";
import { outboxStore } from "../../../../src/messaging/outbox/store.ts";
import {
  attemptsOf,
  EVERY_MINUTE,
  MINUTE,
  outboxOf,
  passMinutes,
  registerWithoutWaiting,
  startWithProvider,
  status,
} from "../../../support/outbox.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { member, newAddress, PASSWORD, register } from "../../../support/users.ts";

// Every run of the cron writes a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

/** A person whose account is verified, on the clock of a service with a provider. */
async function memberOf(clock = createTestClock()) {
  const { email } = await member(startService({ clock }));
  return { email, ...startWithProvider(clock) };
}

describe("a provider that is down for an hour", () => {
  it("loses no verification mail, and gets none twice", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const people = [];
    for (let person = 0; person < 8; person++) {
      people.push((await register(service)).email);
      await passMinutes(service, 5);
    }
    await passMinutes(service, 20);
    const failed = attemptsOf(await provider.requests());
    for (const email of people) {
      expect(await outboxOf(service, email)).toMatchObject([{ state: "queued", last_failure: "http_500" }]);
    }

    await provider.answer(status(200));
    await passMinutes(service, 15);
    const all = attemptsOf(await provider.requests());
    const taken = all.slice(failed.length);
    expect(taken.map(({ to }) => to).sort()).toEqual([...people].sort());
    for (const email of people) {
      const [row] = await outboxOf(service, email);
      const own = all.filter(({ to }) => to === email);
      expect(own.length).toBeGreaterThan(4);
      // One key for every attempt, so that a provider which did take an earlier one sends no second.
      expect(new Set(own.map(({ key }) => key))).toEqual(new Set([row?.id]));
      expect(row).toMatchObject({ state: "sent", sealed: "", last_failure: null });
    }
    await passMinutes(service, 30);
    expect((await provider.requests()).length).toBe(all.length);

    const [, token] = /token=([\w-]+)/.exec(taken[0]?.text ?? "") ?? [];
    expect((await service.post("/verify-email", { token })).status).toBe(200);
  });

  it("gets no reset mail after its link has died, which is then dead with a reason", async () => {
    const { email, provider, service } = await memberOf();
    await provider.answer(status(500));
    await service.post("/forgot-password", { email });
    await passMinutes(service, 29);
    const inTime = (await provider.requests()).length;
    expect(inTime).toBeGreaterThan(3);
    await passMinutes(service, 1);
    await provider.answer(status(200));
    await passMinutes(service, 40);
    expect((await provider.requests()).length).toBe(inTime);
    const reset = (await outboxOf(service, email)).find(({ kind }) => kind === "reset_password");
    expect(reset).toMatchObject({
      state: "dead",
      sealed: "",
      last_failure: "expired_after_http_500",
    });
  });

  it("gets no mail that nobody tried before its link had died", async () => {
    const { email, provider, service } = await memberOf();
    await provider.answer(status(500));
    await service.post("/forgot-password", { email });
    // No cron ran for half an hour; the link dies at its last instant.
    service.clock.advance(30 * MINUTE);
    await provider.answer(status(200));
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(1);
    const reset = (await outboxOf(service, email)).find(({ kind }) => kind === "reset_password");
    expect(reset).toMatchObject({ state: "dead", last_failure: "expired" });
  });
});

describe("a mail", () => {
  it("that the provider will never take is dead at once", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(422));
    const { email } = await register(service);
    expect(await outboxOf(service, email)).toMatchObject([
      { state: "dead", sealed: "", attempts: 1, last_failure: "http_422" },
    ]);
    await provider.answer(status(200));
    await passMinutes(service, 30);
    expect(await provider.requests()).toHaveLength(1);
  });

  it("taken by a Worker that died is sent after its lease, and not before, under the same key", async () => {
    const { provider, service } = startWithProvider();
    const { clock } = service;
    await provider.answer(status(500));
    const { email } = await register(service);
    await provider.answer(status(200));
    clock.advance(MINUTE);
    const [row] = await outboxOf(service, email);
    const storage = outboxStore(
      openDatabase(service.env.DB, { d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] }),
    );
    const taken = await storage.take(row?.id ?? "", clock.now(), clock.now() + SEND_LEASE_MS);
    expect(taken).toMatchObject({ id: row?.id, attempts: 2, account: { email } });

    clock.advance(SEND_LEASE_MS - 1);
    await service.runCron(EVERY_MINUTE);
    expect(await provider.requests()).toHaveLength(1);
    clock.advance(1);
    await service.runCron(EVERY_MINUTE);
    const attempts = attemptsOf(await provider.requests());
    expect(attempts.map(({ key }) => key)).toEqual([row?.id, row?.id]);
    expect(await outboxOf(service, email)).toMatchObject([{ state: "sent", attempts: 3 }]);
  });

  it("is sent once by two crons and the delivery after the answer, all at once", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer({ kind: "respond", status: 200, delay: 300 });
    const { email, finished } = await registerWithoutWaiting(service);
    await Promise.all([service.runCron(EVERY_MINUTE), service.runCron(EVERY_MINUTE), finished()]);
    expect(attemptsOf(await provider.requests()).map(({ to }) => to)).toEqual([email]);
    expect(await outboxOf(service, email)).toMatchObject([{ state: "sent", attempts: 1 }]);
  });

  it("that is due is sent once by ten crons at once", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const people = [];
    for (let person = 0; person < 5; person++) people.push((await register(service)).email);
    const failed = (await provider.requests()).length;
    await provider.answer(status(200));
    service.clock.advance(MINUTE);
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_MINUTE)));
    const taken = attemptsOf((await provider.requests()).slice(failed));
    expect(taken.map(({ to }) => to).sort()).toEqual(people.sort());
  });

  it("waits sealed: its row has neither link nor address in clear", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    const [attempt] = attemptsOf(await provider.requests());
    const [, token = ""] = /token=([\w-]+)/.exec(attempt?.text ?? "") ?? [];
    expect(token).toHaveLength(43);
    const [row] = await outboxOf(service, email);
    expect(row?.sealed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const bytes = row?.sealed.split(".").map((part) => atob(part.replaceAll("-", "+").replaceAll("_", "/")));
    for (const clear of [token, "verify-email", "http:", email]) {
      expect(JSON.stringify(row)).not.toContain(clear);
      expect(bytes?.join()).not.toContain(clear);
    }
  });

  it("that no secret opens any more is dead as unsealable, and nothing is sent", async () => {
    const { provider, service } = startWithProvider();
    await provider.answer(status(500));
    const { email } = await register(service);
    const other = { AUTH_SECRET: "the secret that took its place, all alone" };
    const after = startWithProvider(service.clock, other);
    await passMinutes(after.service, 1);
    expect(await outboxOf(service, email)).toMatchObject([
      { state: "dead", sealed: "", last_failure: "unsealable" },
    ]);
    expect(await after.provider.requests()).toEqual([]);
  });
});

describe("abuse", () => {
  it.each([["500"], ["200"], ["422"]])(
    "a known and an unknown address get one answer at %s",
    async (code) => {
      const { email, provider, service } = await memberOf();
      await provider.answer(status(Number(code)));
      const shown = ({ status, text, headers }: Awaited<ReturnType<typeof service.post>>) =>
        [status, text.replace(/"id":"[^"]+"|person-\d+/g, "…"), [...headers.keys()].sort().join()].join(" ");
      for (const path of ["/forgot-password", "/verify-email/resend", "/register"]) {
        const body = path === "/register" ? { password: PASSWORD, name: "Ada" } : {};
        const known = await service.post(path, { ...body, email });
        const unknown = await service.post(path, { ...body, email: newAddress() });
        expect(shown(known)).toBe(shown(unknown));
        expect(known.status).toBeLessThan(300);
      }
    },
  );
});
