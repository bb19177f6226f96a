import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { DEFERRED_WORK_DELAY_MS } from "../../../src/core/deferred-work.ts";
import { countKv } from "../../support/kv.ts";
import { startService } from "../../support/service.ts";

const limits = (limit: number) => JSON.stringify({ "verify-email-resend": { limit, windowSeconds: 300 } });

/** Sends requests one after another, each as soon as the response before it has arrived: no deferred work is awaited. */
async function sendInTurn(count: number, limit: number, kv = env.KV) {
  const service = startService({
    env: { RATE_LIMITS: limits(limit), BURST: undefined, KV: kv },
    deferredWorkDelayMs: DEFERRED_WORK_DELAY_MS,
  });
  const responses: Response[] = [];
  const ends: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    const request = new Request("http://gatehouse.test/api/auth/verify-email/resend", {
      method: "POST",
      headers: { "Content-Type": "application/json", "CF-Connecting-IP": `192.0.2.${limit}` },
      body: JSON.stringify({ email: "ada@example.com" }),
    });
    const { response, ended } = await service.fetchRaw(request);
    await response.text();
    responses.push(response);
    ends.push(ended());
  }
  await Promise.all(ends);
  return responses;
}

describe("requests of one client, one after another without a pause", () => {
  it("pass up to the limit and are refused from then on", async () => {
    const responses = await sendInTurn(12, 3);
    expect(responses.map(({ status }) => status)).toEqual([...Array(3).fill(200), ...Array(9).fill(429)]);
    expect(responses.slice(0, 3).map(({ headers }) => headers.get("RateLimit"))).toEqual(
      [2, 1, 0].map((remaining) => expect.stringMatching(`^"verify-email-resend";r=${remaining};t=300$`)),
    );
  });

  it("get their response before the counter is written, after one KV read", async () => {
    const written = Promise.withResolvers<void>();
    const slow = new Proxy(env.KV, {
      get: (target, name) =>
        name === "put"
          ? async (...args: Parameters<KVNamespace["put"]>) => {
              await written.promise;
              await target.put(...args);
            }
          : Reflect.get(target, name).bind(target),
    });
    const kv = countKv(slow);
    const service = startService({ env: { RATE_LIMITS: limits(50), BURST: undefined, KV: kv.kv } });
    const request = new Request("http://gatehouse.test/api/auth/verify-email/resend", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: "ada@example.com" }),
    });
    const { response, ended } = await service.fetchRaw(request);
    expect([response.status, kv.gets, kv.puts]).toEqual([200, 1, 1]);
    written.resolve();
    await response.text();
    await ended();
  });
});
