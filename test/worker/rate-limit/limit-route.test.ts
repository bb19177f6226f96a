import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { countKv } from "../../support/kv.ts";
import { rateHeaders, repeatRequest, startRateLimitedApp } from "../../support/rate-limited-app.ts";
import type { ApiResponse } from "../../support/service.ts";

const limits = {
  login: { limit: 3, windowSeconds: 300 },
  refresh: { limit: 3, windowSeconds: 300 },
  "password-check": { limit: 3, windowSeconds: 300 },
};

const storedKeys = async () => (await env.KV.list({ prefix: "rate:" })).keys;

beforeEach(() => reset());

describe("limitRoute", () => {
  it("allows requests up to the limit, and reports the remaining ones", async () => {
    const { post, clock } = startRateLimitedApp({ limits });
    const answers: ApiResponse[] = [];
    for (let sent = 0; sent < 3; sent += 1) {
      answers.push(await post("/login"));
      clock.advance(10_500);
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(rateHeaders)).toEqual([
      ['"login";q=3;w=300', '"login";r=2;t=300'],
      ['"login";q=3;w=300', '"login";r=1;t=290'],
      ['"login";q=3;w=300', '"login";r=0;t=279'],
    ]);
    expect(answers.map(({ headers }) => headers.get("Retry-After"))).toEqual([null, null, null]);
  });

  it("starts a new window at the time of Retry-After", async () => {
    const { post, clock } = startRateLimitedApp({ limits });
    await repeatRequest(3, () => post("/login"));
    clock.advance(100_000);
    const refused = await post("/login");
    const wait = Number(refused.headers.get("Retry-After"));
    expect([refused.status, wait]).toEqual([429, 200]);
    clock.advance(wait * 1000 - 1);
    expect((await post("/login")).status).toBe(429);
    clock.advance(1);
    expect(rateHeaders(await post("/login"))).toEqual(['"login";q=3;w=300', '"login";r=2;t=300']);
  });

  it("sends the rate-limit headers with every response of the route", async () => {
    const { post } = startRateLimitedApp({ limits });
    for (const answer of [
      await post("/login", { body: { email: "no address" } }),
      await post("/login", { headers: { "Content-Type": "text/plain" } }),
      await post("/login", { body: { email: "x".repeat(70_000) } }),
      await post("/login"),
      await post("/refresh"),
    ]) {
      expect([400, 415, 413, 429, 500]).toContain(answer.status);
      expect(answer.headers.get("RateLimit-Policy")).toMatch(/^"(login|refresh)";q=3;w=300$/);
      expect(answer.headers.get("RateLimit")).toMatch(/^"(login|refresh)";r=[0-2];t=300$/);
    }
  });

  it("counts in a window that is shorter than the minimum expiration of KV", async () => {
    const { post, clock, meter } = startRateLimitedApp({ limits: { login: { limit: 2, windowSeconds: 5 } } });
    expect(await repeatRequest(3, () => post("/login"))).toEqual([200, 200, 429]);
    clock.advance(5000);
    expect((await post("/login")).status).toBe(200);
    expect(meter.kvFailed).toBe(0);
  });

  it("neither counts nor sends rate-limit headers if limits are off", async () => {
    const kv = countKv(env.KV);
    const { post } = startRateLimitedApp({
      limits: "off",
      kv: kv.kv,
      burst: { limit: async () => ({ success: false }) },
    });
    const answer = await post("/login");
    expect([answer.status, ...rateHeaders(answer)]).toEqual([200, null, null]);
    expect([kv.gets, kv.puts]).toEqual([0, 0]);
  });
});

describe("limitRoute, refusals", () => {
  it("refuses requests over the limit with 429 rate_limited and Retry-After", async () => {
    const { post } = startRateLimitedApp({ limits });
    await repeatRequest(3, () => post("/login"));
    const answer = await post("/login");
    expect([answer.status, answer.body.error?.code]).toEqual([429, "rate_limited"]);
    expect(answer.body.message).toMatch(/^[A-Z].*\.$/);
    expect(answer.headers.get("Retry-After")).toBe("300");
    expect(rateHeaders(answer)).toEqual(['"login";q=3;w=300', '"login";r=0;t=300']);
  });

  it("limits only this client and only the routes of this policy", async () => {
    const { post } = startRateLimitedApp({ limits });
    await repeatRequest(3, () => post("/login"));
    expect((await post("/login")).status).toBe(429);
    expect((await post("/login", { ip: "192.0.2.2" })).status).toBe(200);
    expect((await post("/register")).status).toBe(200);
  });

  it("adds up requests over all routes of a policy", async () => {
    const { post } = startRateLimitedApp({ limits });
    const paths = ["/me/password", "/me/email", "/me/password", "/me/email"];
    expect(await repeatRequest(4, (at) => post(paths[at] ?? ""))).toEqual([200, 200, 200, 429]);
  });
});

describe("limitRoute, abuse", () => {
  it("ignores X-Forwarded-For and similar headers for rate limits", async () => {
    const { post } = startRateLimitedApp({ limits });
    const statuses = await repeatRequest(5, (at) => {
      const other = `198.51.100.${at}`;
      const names = ["X-Forwarded-For", "X-Real-IP", "True-Client-IP", "Forwarded", "X-Client-IP"];
      return post("/login", { headers: Object.fromEntries(names.map((name) => [name, other])) });
    });
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it("counts all addresses of an IPv6 /64 as one client", async () => {
    const { post } = startRateLimitedApp({ limits });
    const ips = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff::2", "2001:0db8:0001:0002:0:0:0:3", "2001:db8:1:2::"];
    expect(await repeatRequest(4, (at) => post("/login", { ip: ips[at] }))).toEqual([200, 200, 200, 429]);
    expect((await post("/login", { ip: "2001:db8:1:3::1" })).status).toBe(200);
  });

  it("counts an IPv4 address and its IPv6-mapped form as one client", async () => {
    const { post } = startRateLimitedApp({ limits });
    const ips = ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:C000:201", "192.0.2.1"];
    expect(await repeatRequest(4, (at) => post("/login", { ip: ips[at] }))).toEqual([200, 200, 200, 429]);
  });

  it("counts all clients without a readable address as one", async () => {
    const { post } = startRateLimitedApp({ limits });
    const ips = [null, "unknown", "198.51.100.1, 198.51.100.2", "fe80::1%eth0"];
    expect(await repeatRequest(4, (at) => post("/login", { ip: ips[at] }))).toEqual([200, 200, 200, 429]);
  });

  it("stores no client address in KV, and no key without expiration", async () => {
    const { post } = startRateLimitedApp({ limits });
    await post("/login", { ip: "192.0.2.77" });
    await post("/register", { ip: "192.0.2.77" });
    await post("/login", { ip: "2001:db8:77::1" });
    const keys = await storedKeys();
    expect(keys.map(({ name }) => name.replace(/:[\w-]{43}$/, ":<hash>")).sort()).toEqual([
      "rate:login:<hash>",
      "rate:login:<hash>",
      "rate:register:<hash>",
    ]);
    // The hashes do not reveal that two counters belong to one client.
    expect(new Set(keys.map(({ name }) => name.split(":").at(-1))).size).toBe(3);
    const now = Date.now() / 1000;
    for (const { name, expiration = Number.POSITIVE_INFINITY } of keys) {
      expect(await env.KV.get(name)).toMatch(/^1@\d{13}$/);
      expect(expiration - now).toBeLessThanOrEqual(3600);
    }
  });
});
