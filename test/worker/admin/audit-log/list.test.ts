import { beforeEach, describe, expect, it } from "vitest";
import { emptyTables } from "../../../support/database-rows.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { type SignedIn, signedInAs } from "../../../support/users.ts";

type AuditEventJson = {
  id: string;
  type: string;
  at: string;
  userId: string;
  actorId: string | null;
  details: object;
};

const DAY = 24 * 3_600_000;
const service = startService();
let user: SignedIn;
let admin: SignedIn;
let superuser: SignedIn;
const list = async (actor: SignedIn, query = "") => {
  const answer = await service.get(`/audit${query}`, actor.token);
  return { answer, events: (answer.body.data?.events ?? []) as AuditEventJson[] };
};

beforeEach(async () => {
  await emptyTables(service.env.DB);
  user = await signedInAs(service, "user");
  admin = await signedInAs(service, "admin");
  superuser = await signedInAs(service, "superuser");
  service.clock.advance(1000);
  await service.post(`/users/${user.id}/deactivate`, undefined, admin.token);
});

describe("GET /audit", () => {
  it("lists events with type, instant, user, actor and IP address, newest first", async () => {
    const { events } = await list(admin);
    expect(events[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: "account_deactivated",
      at: new Date(service.clock.now()).toISOString(),
      userId: user.id,
      actorId: admin.id,
      ip: null,
      details: {},
    });
    expect(events.map(({ at }) => at)).toEqual(
      events
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  });

  it("lists only events of users to an admin, and all events to a superuser", async () => {
    const forAdmin = new Set((await list(admin)).events.map(({ userId }) => userId));
    expect(forAdmin).toEqual(new Set([user.id]));
    const forSuperuser = new Set((await list(superuser)).events.map(({ userId }) => userId));
    expect(forSuperuser).toEqual(new Set([user.id, admin.id, superuser.id]));
    expect((await list(admin, `?userId=${superuser.id}`)).events).toEqual([]);
  });

  it("filters audit events by user and type, and pages through them without repetition", async () => {
    const types = (events: AuditEventJson[]) => [...new Set(events.map(({ type }) => type))];
    expect(types((await list(superuser, "?type=signed_in")).events)).toEqual(["signed_in"]);
    const both = (await list(superuser, `?type=signed_in&userId=${user.id}`)).events;
    expect(both.map(({ userId }) => userId)).toEqual([user.id]);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { answer, events } = await list(superuser, `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...events.map(({ id }) => id));
      cursor = answer.body.data.nextCursor;
    }
    const all = (await list(superuser, "?limit=100")).events.map(({ id }) => id);
    expect(seen).toEqual(all);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("lists the events of a deleted user by id, without the address", async () => {
    await service.call("DELETE", `/api/auth/users/${user.id}`, undefined, superuser.token);
    const { events, answer } = await list(superuser, `?userId=${user.id}`);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["account_deleted", "account_deactivated", "account_registered"]),
    );
    expect(answer.text).not.toContain(user.email);
  });
});

describe("GET /audit with an invalid query", () => {
  it.each(["?type=nothing", "?userId=me", "?cursor=x", "?limit=101", "?order=asc"])(
    "rejects %s",
    async (query) => {
      const { answer } = await list(admin, query);
      expect([answer.status, answer.body.error?.code]).toEqual([400, "validation_failed"]);
    },
  );
});

describe("the audit log", () => {
  it("keeps audit events for AUDIT_RETENTION_DAYS and no longer", async () => {
    const kept = async (days: string, ageMs: number) => {
      const retaining = startService({ clock: createTestClock(), env: { AUDIT_RETENTION_DAYS: days } });
      const { id } = await signedInAs(retaining, "user");
      retaining.clock.advance(ageMs);
      await retaining.runCron(EVERY_HOUR);
      const query = "SELECT count(*) AS n FROM audit_events WHERE account_id = ?";
      return (await retaining.env.DB.prepare(query).bind(id).first<{ n: number }>())?.n;
    };
    expect(await kept("30", 30 * DAY)).toBe(3);
    expect(await kept("30", 30 * DAY + 1)).toBe(0);
    expect(await kept("", 365 * DAY)).toBe(3);
    expect(await kept("", 365 * DAY + 1)).toBe(0);
  });
});
