import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthEvent, AuthEventReceiver } from "../../../src/client/auth-event.ts";
import type { AuthEventReceiver as BoundReceiver } from "../../../src/event-deliveries/auth-event.ts";
import { emptyTables } from "../../support/database-rows.ts";
import { EVERY_MINUTE } from "../../support/outbox.ts";
import { setDeletionDue } from "../../support/pending-deletion.ts";
import { recordEvents } from "../../support/recorders.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../support/users.ts";

type Team = Fetcher & {
  takeReceived(): Promise<AuthEvent[]>;
  failNext(count: number): Promise<void>;
};
const { TEST_EVENTS: team } = env as unknown as { TEST_EVENTS: Team };
/** The types of `gatehouse/client` are those of the service: neither assignment compiles otherwise. */
const receiver: AuthEventReceiver = { onAuthEvent: () => undefined };
const bound: BoundReceiver = receiver;
const same: AuthEventReceiver = bound;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  await emptyTables(env.DB);
  await team.failNext(0);
  await team.takeReceived();
});

const deliveries = async () => (await env.DB.prepare("SELECT * FROM event_deliveries").all()).results;

async function dueUser(bindings: object) {
  const clock = createTestClock();
  const service = startService({ clock, env: { ...bindings }, providerTimeoutMs: 200 });
  const { email } = await registerVerifiedUser(service);
  const id = await accountIdOf(email);
  await setDeletionDue(service, id, 0);
  return { clock, service, email, id };
}

describe("events for Workers of the team", () => {
  it("tell each bound Worker of an erased account over RPC, and then keep nothing", async () => {
    const { service, id, clock } = await dueUser({ EVENTS_CRM: team, EVENTS_BILLING: team });
    await service.runCron(EVERY_MINUTE);
    const received = await team.takeReceived();
    expect(received).toHaveLength(2);
    const at = new Date(clock.now()).toISOString();
    expect(received[0]).toEqual({ type: "user.deleted", id, at, eventId: expect.any(String) });
    expect(received[1]).toEqual(received[0]);
    const audit = "SELECT id FROM audit_events WHERE type = 'account_deleted' AND account_id = ?";
    expect(await env.DB.prepare(audit).bind(id).first("id")).toBe(received[0]?.eventId);
    expect(await deliveries()).toEqual([]);
  });

  it("are retried with growing delays until the Worker answers, with the same event id", async () => {
    const { service, clock } = await dueUser({ EVENTS_CRM: team });
    await team.failNext(3);
    await service.runCron(EVERY_MINUTE);
    const [row] = await deliveries();
    expect(row).toMatchObject({ kind: "event", target: "crm", attempts: 1, due_at: clock.now() + 30_000 });
    await service.runCron(EVERY_MINUTE);
    expect((await deliveries())[0]).toMatchObject({ attempts: 1 });
    for (let minute = 0; minute < 4; minute += 1) {
      clock.advance(MINUTE);
      await service.runCron(EVERY_MINUTE);
    }
    expect(await team.takeReceived()).toHaveLength(1);
    expect(await deliveries()).toEqual([]);
  });

  it("are sealed: a copy of the database names no account", async () => {
    const { service, id } = await dueUser({ EVENTS_CRM: team });
    await team.failNext(1);
    await service.runCron(EVERY_MINUTE);
    expect(JSON.stringify(await deliveries())).not.toContain(id);
  });

  it("are delivered once by parallel runs", async () => {
    const { service } = await dueUser({ EVENTS_CRM: team });
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_MINUTE)));
    expect(await team.takeReceived()).toHaveLength(1);
  });

  it("are dead-lettered after 7 days with an alarm, and deleted 30 days later", async () => {
    const { EVENTS, points } = recordEvents();
    const hanging = { onAuthEvent: () => new Promise(() => {}) };
    const { service, clock } = await dueUser({ EVENTS_CRM: hanging, EVENTS });
    await service.runCron(EVERY_MINUTE);
    await env.DB.prepare("UPDATE event_deliveries SET due_at = ?").bind(clock.now()).run();
    clock.advance(7 * DAY);
    await service.runCron(EVERY_MINUTE);
    expect(await deliveries()).toMatchObject([{ state: "dead", sealed: "" }]);
    expect(points.filter(({ blobs }) => blobs[0] === "alarm").map(({ blobs }) => blobs[1])).toContain(
      "event_delivery_dead",
    );
    clock.advance(31 * DAY);
    await service.runCron("17 * * * *");
    expect(await deliveries()).toEqual([]);
  });

  it("wait for a Worker whose binding is missing", async () => {
    const { service, clock } = await dueUser({ EVENTS_CRM: team });
    await team.failNext(1);
    await service.runCron(EVERY_MINUTE);
    clock.advance(MINUTE);
    await startService({ clock }).runCron(EVERY_MINUTE);
    expect(await deliveries()).toMatchObject([{ state: "queued", attempts: 2 }]);
    clock.advance(2 * MINUTE);
    await service.runCron(EVERY_MINUTE);
    expect(await team.takeReceived()).toHaveLength(1);
  });

  it("are not queued without a binding, and not for an erasure that did not happen", async () => {
    expect(same).toBe(receiver);
    const { service, id, clock } = await dueUser({});
    await service.runCron(EVERY_MINUTE);
    expect(await deliveries()).toEqual([]);
    const bound = startService({ clock, env: { EVENTS_CRM: team } });
    await setDeletionDue(bound, id, 1);
    await bound.runCron(EVERY_MINUTE);
    expect(await deliveries()).toEqual([]);
  });
});
