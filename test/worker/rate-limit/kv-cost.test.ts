import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { rateHeaders, startLimitedApp, times } from "../../support/limited-app.ts";
import { inParallel, statusCounts } from "../../support/parallel.ts";
import { countKv } from "../../support/recording-d1.ts";

const limits = { login: { limit: 3, windowSeconds: 300 } };

/** The real KV, whose first so many reads are done before any of them is answered. */
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

describe("a request", () => {
  it("costs one read before the answer and one write after it", async () => {
    const kv = countKv(env.KV);
    const { post, meter } = startLimitedApp({ limits, kv: kv.kv });
    await post("/login");
    expect([kv.gets, kv.puts, meter.kv, meter.kvFailed]).toEqual([1, 1, 2, 0]);
  });

  it("costs no write once the limit is reached", async () => {
    const kv = countKv(env.KV);
    const { post } = startLimitedApp({ limits, kv: kv.kv });
    await times(20, () => post("/login"));
    expect([kv.gets, kv.puts]).toEqual([20, 3]);
  });

  it("of one moment counts as one request: the price of KV, which the burst guard bounds", async () => {
    const { post } = startLimitedApp({ limits, kv: readTogether(50) });
    const volley = () => inParallel(50, () => post("/login"));
    expect(statusCounts(await volley())).toEqual({ 200: 50 });
    // Each of the fifty wrote "1": what is left is two more, not none.
    expect(rateHeaders(await post("/login"))[1]).toBe('"login";r=1;t=300');
    await post("/login");
    expect(statusCounts(await volley())).toEqual({ 429: 50 });
  });
});
