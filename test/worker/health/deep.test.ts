import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/clock.ts";
import { CHECKS } from "../../../src/health/check-dependencies.ts";
import { createFaultyD1 } from "../../support/faulty-d1.ts";
import { countKv, recordD1 } from "../../support/recording-d1.ts";
import { resetStores } from "../../support/reset-stores.ts";
import { type Answer, startService } from "../../support/service.ts";

const down = () => Promise.reject(new Error("secret words of a store that is down: SELECT"));
const dead = createFaultyD1(env.DB);
dead.goDown();
const never = () => new Promise<never>(() => undefined);

const deep = (service: ReturnType<typeof startService>) => service.call("GET", "/healthz/deep");
const failingIn = ({ body }: Answer): string[] =>
  CHECKS.filter((name) => body.data.checks[name].status !== "ok");

beforeEach(resetStores);

describe("GET /healthz/deep succeeds", () => {
  it("and says of each store that it answers, and since when that is known", async () => {
    const service = startService();
    const answer = await deep(service);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.body).toEqual({
      success: true,
      data: {
        status: "ok",
        checkedAt: new Date(service.clock.now()).toISOString(),
        checks: Object.fromEntries(CHECKS.map((name) => [name, { status: "ok", ms: expect.any(Number) }])),
      },
    });
  });

  it("with one round of questions in eight seconds, however often it is asked", async () => {
    const [d1, kv] = [recordD1(env.DB), countKv(env.KV)];
    const service = startService({ env: { DB: d1.db, KV: kv.kv } });
    await deep(service);
    const asked = { trips: d1.trips, gets: kv.gets };
    expect(asked.trips).toBeLessThanOrEqual(5);
    service.clock.advance(7 * SECOND);
    await Promise.all(Array.from({ length: 20 }, () => deep(service)));
    expect({ trips: d1.trips, gets: kv.gets }).toEqual(asked);
    service.clock.advance(SECOND);
    // The first sets out, and the others have the report before it.
    await Promise.all(Array.from({ length: 20 }, () => deep(service)));
    expect({ trips: d1.trips, gets: kv.gets }).toEqual({ trips: asked.trips + 2, gets: asked.gets + 1 });
  });

  it("with no report that is ten seconds old, while somebody else still waits for the next one", async () => {
    let isStuck = false;
    const get = (key: string) => (isStuck ? never() : env.KV.get(key));
    const service = startService({ env: { KV: { get } } });
    await deep(service);
    isStuck = true;
    service.clock.advance(9 * SECOND);
    const first = deep(service);
    expect((await deep(service)).status).toBe(200);
    service.clock.advance(SECOND);
    expect(failingIn(await deep(service))).toEqual(["kv"]);
    expect(failingIn(await first)).toEqual(["kv"]);
  });
});

describe("GET /healthz/deep refuses", () => {
  it.each([
    ["the database", ["database", "migrations", "signingKey"], { DB: dead.db }],
    ["KV", ["kv"], { KV: { get: down, put: down } }],
    ["the bucket", ["bucket"], { AVATARS: { head: down } }],
    ["no bucket", ["bucket"], { AVATARS: undefined }],
    ["the assets", ["assets"], { ASSETS: { fetch: down } }],
    ["no assets", ["assets"], { ASSETS: undefined }],
  ])("when %s does not answer, naming what fails and nothing more", async (_what, failing, broken) => {
    const answer = await deep(startService({ env: broken }));
    expect([answer.status, answer.body.error?.code, failingIn(answer)]).toEqual([
      503,
      "unavailable",
      failing,
    ]);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.body).toMatchObject({ success: false, data: { status: "failing" } });
    expect(answer.text).not.toMatch(/secret words|SELECT/);
  });

  it.each(["CREATE TABLE signing_keys_before AS SELECT 1", "ALTER TABLE accounts DROP COLUMN locale"])(
    "when a migration is missing: %s",
    async (undo) => {
      await env.DB.prepare(undo).run();
      const answer = await deep(startService());
      const isMissing = undo.startsWith("ALTER");
      expect([answer.status, failingIn(answer)]).toEqual(isMissing ? [503, ["migrations"]] : [200, []]);
    },
  );

  it("before any migration", async () => {
    await reset();
    const answer = await deep(startService());
    expect([answer.status, failingIn(answer)]).toEqual([503, ["migrations", "signingKey"]]);
  });

  it("when a store says nothing at all, after a while, and then remembers it", async () => {
    let asked = 0;
    const silent = () => {
      asked += 1;
      return never();
    };
    const service = startService({ env: { KV: { get: never, put: never }, AVATARS: { head: silent } } });
    expect(failingIn(await deep(service))).toEqual(["kv", "bucket"]);
    expect(failingIn(await deep(service))).toEqual(["kv", "bucket"]);
    expect(asked).toBe(1);
  });

  it("and is well again when the store is, within ten seconds", async () => {
    let isDown = true;
    const get = (key: string) => (isDown ? down() : env.KV.get(key));
    const service = startService({ env: { KV: { get } } });
    expect((await deep(service)).status).toBe(503);
    isDown = false;
    expect((await deep(service)).status).toBe(503);
    service.clock.advance(10 * SECOND);
    expect((await deep(service)).status).toBe(200);
  });
});

describe("GET /healthz/deep under abuse", () => {
  it("is limited like other routes", async () => {
    const service = startService({
      env: { RATE_LIMITS: JSON.stringify({ health: { limit: 2 } }), BURST: undefined },
    });
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await deep(service)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await service.call("GET", "/healthz")).status).toBe(200);
  });
});
