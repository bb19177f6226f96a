import { beforeAll, describe, expect, it } from "vitest";
import { type SignedIn, signedInAs } from "../../../support/admins.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { createTestClock, startService } from "../../../support/service.ts";

type Event = {
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
const list = async (who: SignedIn, query = "") => {
  const answer = await service.get(`/audit${query}`, who.token);
  return { answer, events: (answer.body.data?.events ?? []) as Event[] };
};

beforeAll(async () => {
  user = await signedInAs(service, "user");
  admin = await signedInAs(service, "admin");
  superuser = await signedInAs(service, "superuser");
  service.clock.advance(1000);
  await service.post(`/users/${user.id}/deactivate`, undefined, admin.token);
});

describe("GET /audit succeeds", () => {
  it("with what happened, to whom, by whom, when and from where, the newest first", async () => {
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

  it("for an admin with the events of users alone, for a superuser with all", async () => {
    const forAdmin = new Set((await list(admin)).events.map(({ userId }) => userId));
    expect(forAdmin).toEqual(new Set([user.id]));
    const forSuperuser = new Set((await list(superuser)).events.map(({ userId }) => userId));
    expect(forSuperuser).toEqual(new Set([user.id, admin.id, superuser.id]));
    expect((await list(admin, `?userId=${superuser.id}`)).events).toEqual([]);
  });

  it("by user and by type, and page by page without a repetition", async () => {
    const types = (events: Event[]) => [...new Set(events.map(({ type }) => type))];
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

  it("has a deleted user's events, under the id alone", async () => {
    await service.call("DELETE", `/api/auth/users/${user.id}`, undefined, superuser.token);
    const { events, answer } = await list(superuser, `?userId=${user.id}`);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["account_deleted", "account_deactivated", "account_registered"]),
    );
    expect(answer.text).not.toContain(user.email);
  });
});

describe("GET /audit refuses", () => {
  it.each(["?type=nothing", "?userId=me", "?cursor=x", "?limit=101", "?order=asc"])("%s", async (query) => {
    const { answer } = await list(admin, query);
    expect([answer.status, answer.body.error?.code]).toEqual([400, "validation_failed"]);
  });
});

describe("the trail", () => {
  it("is kept for AUDIT_RETENTION_DAYS, and not a day longer", async () => {
    const kept = async (days: string, passed: number) => {
      const old = startService({ clock: createTestClock(), env: { AUDIT_RETENTION_DAYS: days } });
      const { id } = await signedInAs(old, "user");
      old.clock.advance(passed);
      await old.runCron(EVERY_HOUR);
      const query = "SELECT count(*) AS n FROM audit_events WHERE account_id = ?";
      return (await old.env.DB.prepare(query).bind(id).first<{ n: number }>())?.n;
    };
    expect(await kept("30", 30 * DAY)).toBe(3);
    expect(await kept("30", 30 * DAY + 1)).toBe(0);
    expect(await kept("", 365 * DAY)).toBe(3);
    expect(await kept("", 365 * DAY + 1)).toBe(0);
  });
});
