import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { BURST_PERIOD_SECONDS } from "../../../src/rate-limit/burst-guard.ts";
import { guardedRoutes, type RatePolicy, ratePolicies } from "../../../src/rate-limit/policies.ts";
import { readRateLimits } from "../../../src/rate-limit/settings.ts";

const messagesOf = (raw: unknown): string[] => {
  const read = readRateLimits(raw, "production");
  return "problems" in read ? read.problems.map(({ path, message }) => `${path} ${message}`) : [];
};

describe("ratePolicies", () => {
  it("lists each rate-limited route once, so a request waits for one KV read", () => {
    const routes = guardedRoutes().map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes).size).toBe(routes.length);
    expect(routes).toContain("POST /api/auth/login");
  });

  it("has policy names that need no escaping in headers and keys, and numbers that RATE_LIMITS accepts", () => {
    const policies: [string, RatePolicy][] = Object.entries(ratePolicies);
    for (const [name] of policies) expect(name).toMatch(/^[a-z][a-z-]*$/);
    const asSettings = policies.map(([name, { limit, windowSeconds }]) => [name, { limit, windowSeconds }]);
    expect(messagesOf(JSON.stringify(Object.fromEntries(asSettings)))).toEqual([]);
  });
});

describe("BURST_PERIOD_SECONDS", () => {
  it("equals the burst period of wrangler.toml, which the platform supports", async () => {
    const config = await readFile(new URL("../../../wrangler.toml", import.meta.url), "utf8");
    const [, period] = /\[\[ratelimits\]\]\nname = "BURST"\n.*\nsimple = .*period = (\d+)/.exec(config) ?? [];
    expect(Number(period)).toBe(BURST_PERIOD_SECONDS);
    expect([10, 60]).toContain(BURST_PERIOD_SECONDS);
  });
});

describe("readRateLimits", () => {
  it.each([undefined, null, "", "  ", "{}", '{"login":{}}'])("uses the default rate limits for %j", (raw) => {
    expect(readRateLimits(raw, "production")).toEqual({ policies: ratePolicies });
  });

  it("overrides only the rate limits that are named", () => {
    const raw = '{"login":{"limit":5,"windowSeconds":10},"refresh":{"limit":1}}';
    expect(readRateLimits(raw, "production")).toEqual({
      policies: {
        ...ratePolicies,
        login: { ...ratePolicies.login, limit: 5, windowSeconds: 10 },
        refresh: { ...ratePolicies.refresh, limit: 1 },
      },
    });
    expect(ratePolicies.login.limit).toBe(60);
  });

  it("turns all rate limits off in development", () => {
    expect(readRateLimits(" off ", "development")).toEqual({ policies: "off" });
  });
});

describe("readRateLimits, refusals", () => {
  it("refuses to turn rate limits off in production", () => {
    expect(messagesOf("off")).toEqual(["RATE_LIMITS may be off in development only"]);
  });

  it.each(["on", "OFF", "{", "[]", "null", "5", '"off"', '{"login":{"limit":5},}'])(
    "refuses %s as RATE_LIMITS, because it is not a JSON object",
    (raw) => {
      expect(messagesOf(raw)).toEqual([
        'RATE_LIMITS must be JSON such as {"login": {"limit": 30, "windowSeconds": 60}}',
      ]);
    },
  );

  it.each([7, {}, ["login"], true])("refuses %j as RATE_LIMITS, because it is not text", (raw) => {
    expect(messagesOf(raw)).toEqual(["RATE_LIMITS must be text"]);
  });

  it.each(["logn", "Login", "toString", "__proto__", ""])(
    "refuses the policy name %j, and lists the valid names",
    (name) => {
      const [message, ...others] = messagesOf(`{${JSON.stringify(name)}:{"limit":5}}`);
      expect(message).toMatch(/^RATE_LIMITS may name login, .*refresh, .*forgot-password/);
      expect(others).toEqual([]);
    },
  );

  it.each(["0", "-1", "1.5", "1e9", '"5"', "null", "true", "[5]"])(
    "refuses %s as limit and windowSeconds",
    (number) => {
      expect(messagesOf(`{"login":{"limit":${number},"windowSeconds":${number}}}`)).toEqual([
        "RATE_LIMITS login.limit must be a whole number from 1 to 1000000",
        "RATE_LIMITS login.windowSeconds must be a whole number from 1 to 86400",
      ]);
    },
  );

  it.each(['{"login":5}', '{"login":null}', '{"login":{"routes":[]}}'])(
    "refuses %s, which is not an override of a policy",
    (raw) => expect(messagesOf(raw)).toEqual(["RATE_LIMITS login may have limit and windowSeconds"]),
  );

  it("reports all problems of RATE_LIMITS at once, and repeats no part of the value", () => {
    const messages = messagesOf('{"canary-name":{},"login":{"limit":-77},"refresh":"canary"}');
    expect(messages).toHaveLength(3);
    expect(messages.join()).not.toMatch(/canary|77/);
  });
});
