import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { countKv } from "../../support/kv.ts";
import { rateHeaders, repeatRequest, startRateLimitedApp } from "../../support/rate-limited-app.ts";

const limits = { login: { limit: 3, windowSeconds: 300 } };

/** The real KV, but the first `readers` reads all finish before any of them returns. */
function readTogether(readers: number): KVNamespace {
  const all = Promise.withResolvers<void>();
  let reading = 0;
  const get = async (key: string) => {
    const text = await env.KV.get(key);
    reading += 1;
    if (reading === readers) all.resolve();
    await all.promise;
    return text;
  };
  const put: KVNamespace["put"] = (...args) => env.KV.put(...args);
  return { get, put } as unknown as KVNamespace;
}

beforeEach(() => reset());

describe("limitRoute, KV operations", () => {
  it("reads KV once before the response and writes once after it", async () => {
    const kv = countKv(env.KV);
    const { post, meter } = startRateLimitedApp({ limits, kv: kv.kv });
    await post("/login");
    expect([kv.gets, kv.puts, meter.kv, meter.kvFailed]).toEqual([1, 1, 2, 0]);
  });

  it("writes nothing to KV once the limit is reached", async () => {
    const kv = countKv(env.KV);
    const { post } = startRateLimitedApp({ limits, kv: kv.kv });
    await repeatRequest(20, () => post("/login"));
    expect([kv.gets, kv.puts]).toEqual([20, 3]);
  });

  it("counts concurrent requests as one, because KV is inexact; the burst guard bounds their number", async () => {
    const { post } = startRateLimitedApp({ limits, kv: readTogether(50) });
    const volley = () => inParallel(50, () => post("/login"));
    expect(statusCounts(await volley())).toEqual({ 200: 50 });
    // All fifty wrote "1", so two requests remain.
    expect(rateHeaders(await post("/login"))[1]).toBe('"login";r=1;t=300');
    await post("/login");
    expect(statusCounts(await volley())).toEqual({ 429: 50 });
  });
});
