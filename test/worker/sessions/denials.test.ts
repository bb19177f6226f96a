import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { member, PASSWORD } from "../../support/people.ts";
import { startService } from "../../support/service.ts";

const EVERY_MINUTE = "* * * * *";

/** A KV that takes no writes while `isOut` says so. */
function reluctantKv() {
  const state = { isOut: true };
  const kv = new Proxy(env.KV, {
    get: (real, name) => {
      if (name === "put" && state.isOut) {
        return async () => {
          throw new Error("KV PUT failed: 429 Too Many Requests");
        };
      }
      const value = Reflect.get(real, name);
      return typeof value === "function" ? value.bind(real) : value;
    },
  });
  return { state, kv };
}

const pending = async () =>
  (await env.DB.prepare("SELECT key, value FROM pending_denials ORDER BY key").all()).results;

async function signedIn() {
  const { state, kv } = reluctantKv();
  const service = startService({ env: { KV: kv } });
  const { email } = await member(service);
  const { body } = await service.post("/login", { email, password: PASSWORD });
  const [session] = (await service.get("/sessions", body.data.token)).body.data;
  const { token, user } = body.data;
  return { state, service, token, sid: session.id, userId: user.id, email };
}

describe("the end of a session that KV does not take", () => {
  it("is written down, and brought by the clockwork as soon as KV takes it", async () => {
    const { state, service, token, sid } = await signedIn();
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
    expect(await pending()).toEqual([{ key: `deny:sid:${sid}`, value: "1" }]);
    await service.runCron(EVERY_MINUTE);
    expect(await env.KV.get(`deny:sid:${sid}`)).toBeNull();
    state.isOut = false;
    await service.runCron(EVERY_MINUTE);
    expect(await env.KV.get(`deny:sid:${sid}`)).toBe("1");
    expect(await pending()).toEqual([]);
  });

  it("of all of somebody's sessions is kept with the later instant", async () => {
    const { state, service, token, userId, email } = await signedIn();
    await service.post("/logout-all", undefined, token);
    service.clock.advance(1500);
    const again = await service.post("/login", { email, password: PASSWORD });
    await service.post("/logout-all", undefined, again.body.data.token);
    const later = String(service.clock.now());
    expect(await pending()).toEqual([{ key: `deny:user:${userId}`, value: later }]);
    state.isOut = false;
    await service.runCron(EVERY_MINUTE);
    expect(await env.KV.get(`deny:user:${userId}`)).toBe(later);
  });

  it("is no more spoken of once the last token has expired", async () => {
    const { state, service, token, userId } = await signedIn();
    await service.post("/logout-all", undefined, token);
    service.clock.advance(900_000);
    state.isOut = false;
    await service.runCron(EVERY_MINUTE);
    expect(await env.KV.get(`deny:user:${userId}`)).toBeNull();
    await service.runCron("17 * * * *");
    expect(await pending()).toEqual([]);
  });
});
