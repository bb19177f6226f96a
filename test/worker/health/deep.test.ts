import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { SECOND } from "../../../src/core/clock.ts";
import { CHECKS } from "../../../src/health/check-dependencies.ts";
import { createFaultyD1, recordD1 } from "../../support/d1.ts";
import { countKv } from "../../support/kv.ts";
import { resetStores } from "../../support/reset-stores.ts";
import { type ApiResponse, startService } from "../../support/service.ts";

const down = () => Promise.reject(new Error("internal message of a store that is down: SELECT"));
const dead = createFaultyD1(env.DB);
dead.failAllCalls();
const never = () => new Promise<never>(() => undefined);

const deep = (service: ReturnType<typeof startService>) => service.call("GET", "/healthz/deep");
const failingIn = ({ body }: ApiResponse): string[] =>
  CHECKS.filter((name) => body.data.checks[name].status !== "ok");

beforeEach(resetStores);

describe("GET /healthz/deep", () => {
  it("answers 200 with the status of each dependency and the time of the check", async () => {
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

  it("probes the dependencies once in eight seconds, however many requests arrive", async () => {
    const [d1, kv] = [recordD1(env.DB), countKv(env.KV)];
    const service = startService({ env: { DB: d1.db, KV: kv.kv } });
    await deep(service);
    const probed = { trips: d1.trips, gets: kv.gets };
    expect(probed.trips).toBeLessThanOrEqual(5);
    service.clock.advance(7 * SECOND);
    await Promise.all(Array.from({ length: 20 }, () => deep(service)));
    expect({ trips: d1.trips, gets: kv.gets }).toEqual(probed);
    service.clock.advance(SECOND);
    // The first request starts a new round; the others get the previous report.
    await Promise.all(Array.from({ length: 20 }, () => deep(service)));
    expect({ trips: d1.trips, gets: kv.gets }).toEqual({ trips: probed.trips + 2, gets: probed.gets + 1 });
  });

  it("never returns a report that is ten seconds old, even while another request waits for the next one", async () => {
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

describe("GET /healthz/deep with a failing dependency", () => {
  it.each([
    ["the database is down", ["database", "migrations", "signingKey"], { DB: dead.db }],
    ["KV is down", ["kv"], { KV: { get: down, put: down } }],
    ["the bucket is down", ["bucket"], { AVATARS: { head: down } }],
    ["the bucket is not bound", ["bucket"], { AVATARS: undefined }],
    ["the assets are down", ["assets"], { ASSETS: { fetch: down } }],
    ["the assets are not bound", ["assets"], { ASSETS: undefined }],
  ])("answers 503 and names only the failing checks when %s", async (_case, failing, broken) => {
    const answer = await deep(startService({ env: broken }));
    expect([answer.status, answer.body.error?.code, failingIn(answer)]).toEqual([
      503,
      "unavailable",
      failing,
    ]);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.body).toMatchObject({ success: false, data: { status: "failing" } });
    expect(answer.text).not.toMatch(/internal message|SELECT/);
  });

  it.each(["CREATE TABLE signing_keys_before AS SELECT 1", "ALTER TABLE accounts DROP COLUMN locale"])(
    "answers 503 only if a table or column of the schema is missing, after: %s",
    async (statement) => {
      await env.DB.prepare(statement).run();
      const answer = await deep(startService());
      const isMissing = statement.startsWith("ALTER");
      expect([answer.status, failingIn(answer)]).toEqual(isMissing ? [503, ["migrations"]] : [200, []]);
    },
  );

  it("answers 503 before any migration", async () => {
    await reset();
    const answer = await deep(startService());
    expect([answer.status, failingIn(answer)]).toEqual([503, ["migrations", "signingKey"]]);
  });

  it("answers 503 after a timeout when a store never answers, and does not probe it again at once", async () => {
    let probes = 0;
    const silent = () => {
      probes += 1;
      return never();
    };
    const service = startService({ env: { KV: { get: never, put: never }, AVATARS: { head: silent } } });
    expect(failingIn(await deep(service))).toEqual(["kv", "bucket"]);
    expect(failingIn(await deep(service))).toEqual(["kv", "bucket"]);
    expect(probes).toBe(1);
  });

  it("answers 200 within ten seconds after a store recovers", async () => {
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

describe("the rate limit of GET /healthz/deep", () => {
  it("answers 429 beyond the rate limit of /healthz/deep and still serves /healthz", async () => {
    const service = startService({
      env: { RATE_LIMITS: JSON.stringify({ health: { limit: 2 } }), BURST: undefined },
    });
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await deep(service)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await service.call("GET", "/healthz")).status).toBe(200);
  });
});
