import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BURST_PERIOD_SECONDS, type RateLimitBinding } from "../../../src/rate-limit/burst-guard.ts";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { createStaleKv, createUnreachableKv } from "../../support/kv.ts";
import { startRateLimitedApp } from "../../support/rate-limited-app.ts";
import { createTestClock } from "../../support/service.ts";

// The limit in wrangler.toml.
const BURST_LIMIT = 50;

const limits = { login: { limit: 5, windowSeconds: 300 } };
const burst = (env as { BURST?: RateLimitBinding }).BURST;

/** An unused client address: the local burst guard is not reset between tests. */
let clients = 0;
const newClient = () => `2001:db8:${(++clients).toString(16)}::1`;

beforeEach(() => reset());

describe("limitRoute with a KV that throws", () => {
  it("allows every request without a RateLimit header while KV throws, and counts the failures", async () => {
    const { post, meter } = startRateLimitedApp({ limits, kv: createUnreachableKv() });
    const answers = await inParallel(20, () => post("/login"));
    expect(statusCounts(answers)).toEqual({ 200: 20 });
    for (const { headers } of answers) {
      expect([headers.get("RateLimit-Policy"), headers.get("RateLimit")]).toEqual([
        '"login";q=5;w=300',
        null,
      ]);
    }
    // A counter that could not be read is not overwritten.
    expect(meter).toMatchObject({ kv: 20, kvFailed: 20 });
  });

  it("limits bursts while KV throws", async () => {
    const { post } = startRateLimitedApp({ limits, kv: createUnreachableKv(), burst });
    const ip = newClient();
    const counts = statusCounts(await inParallel(200, () => post("/login", { ip })));
    // Its periods follow the wall clock, and 200 requests may span two of them.
    expect(counts[200]).toBeGreaterThanOrEqual(BURST_LIMIT);
    expect(counts[200]).toBeLessThanOrEqual(2 * BURST_LIMIT);
    expect((counts[200] ?? 0) + (counts[429] ?? 0)).toBe(200);
  });
});

describe("limitRoute with a KV that is a minute old and accepts one write per second and key", () => {
  it("fails no request while KV is stale", async () => {
    const clock = createTestClock();
    const stale = createStaleKv(clock);
    const { post, meter } = startRateLimitedApp({ limits, kv: stale.kv, clock });
    expect(statusCounts(await inParallel(50, () => post("/login")))).toEqual({ 200: 50 });
    expect([stale.writes.taken, stale.writes.refused, meter.kvFailed]).toEqual([1, 49, 49]);
  });

  it("limits bursts while KV is stale", async () => {
    const clock = createTestClock();
    const { post } = startRateLimitedApp({ limits, kv: createStaleKv(clock).kv, clock, burst });
    const ip = newClient();
    const counts = statusCounts(await inParallel(200, () => post("/login", { ip })));
    expect(counts[200]).toBeLessThanOrEqual(2 * BURST_LIMIT);
    expect((counts[200] ?? 0) + (counts[429] ?? 0)).toBe(200);
  });

  it("counts one request a minute if KV returns each count a minute late", async () => {
    const clock = createTestClock();
    const { kv } = createStaleKv(clock);
    const { post } = startRateLimitedApp({ limits: { login: { limit: 5, windowSeconds: 3600 } }, kv, clock });
    let passed = 0;
    while (passed < 1000 && (await post("/login")).status === 200) {
      passed += 1;
      clock.advance(1000);
    }
    expect(passed).toBe(5 * 60);
  });
});

describe("limitRoute with malformed counters in KV", () => {
  const bare = ["", "canary", "3", "@", "3@", '{"count":9}', "9999999999@1"];
  const timed = ["@now", "-1@now", "x@now", "1e9@now", " 9@now", "9.5@now", "9999999999@now", "1@1@now"];
  it.each([...bare, ...timed, "9@now.5", "9@now "])(
    "treats the malformed counter %j as none, and replaces it",
    async (garbage) => {
      const { post } = startRateLimitedApp({ limits });
      await post("/login");
      const [{ name } = { name: "" }] = (await env.KV.list({ prefix: "rate:login:" })).keys;
      await env.KV.put(name, garbage.replace("now", String(Date.now())));
      const { status, headers } = await post("/login");
      expect([status, headers.get("RateLimit")]).toEqual([200, '"login";r=4;t=300']);
      expect(await env.KV.get(name)).toMatch(/^1@\d{13}$/);
    },
  );
});

describe("createBurstGuard", () => {
  it("refuses a burst with 429 and its period as Retry-After, without a KV read", async () => {
    const keys: string[] = [];
    const { post, meter } = startRateLimitedApp({
      burst: {
        limit: async ({ key }) => {
          keys.push(key);
          return { success: false };
        },
      },
    });
    const answer = await post("/login");
    expect([answer.status, answer.body.error?.code]).toEqual([429, "rate_limited"]);
    expect(answer.headers.get("Retry-After")).toBe(String(BURST_PERIOD_SECONDS));
    expect(answer.headers.get("RateLimit-Policy")).toBe('"login";q=60;w=300');
    expect(answer.headers.get("RateLimit")).toBe('"burst";r=0;t=10');
    expect(meter).toMatchObject({ kv: 0, burstFailed: 0 });
    // One counter per client over all routes, and its key does not contain the address.
    await post("/register");
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).not.toContain("192.0.2.1");
  });

  it("limits bursts with the platform's binding, separately for each client", async () => {
    const ip = newClient();
    const { post } = startRateLimitedApp({ limits: { login: { limit: 1000 } }, burst });
    const refused = (await inParallel(2 * BURST_LIMIT + 1, () => post("/login", { ip }))).filter(
      ({ status }) => status === 429,
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get("RateLimit")).toBe('"burst";r=0;t=10');
    expect((await post("/login", { ip: newClient() })).status).toBe(200);
  });

  it.each<[string, RateLimitBinding | null]>([
    ["is missing", null],
    [
      "throws",
      {
        limit: async () => {
          throw new Error("no answer");
        },
      },
    ],
  ])(
    "allows requests if the burst binding %s, counts that, and still applies the window",
    async (_case, binding) => {
      const { post, meter } = startRateLimitedApp({ limits, burst: binding });
      const statuses: number[] = [];
      for (let sent = 0; sent < 6; sent += 1) statuses.push((await post("/login")).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      expect(meter.burstFailed).toBe(6);
    },
  );
});
