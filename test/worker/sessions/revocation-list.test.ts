import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createFaultyD1 } from "../../support/faulty-d1.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { member, PASSWORD } from "../../support/users.ts";

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

const pending = async (): Promise<unknown[]> =>
  (await env.DB.prepare("SELECT session_id FROM pending_revocations").all()).results.map(
    ({ session_id }) => session_id,
  );

const isDenied = async (sid: string) => (await env.KV.get(`deny:sid:${sid}`)) === "1";

/** Somebody with as many sessions, on a service whose KV takes no writes until it is told to. */
async function signedIn(more: object = {}) {
  const { state, kv } = reluctantKv();
  const service = startService({ clock: createTestClock(), env: { KV: kv, ...more } });
  const { email } = await member(service);
  const tokens: string[] = [];
  for (const _ of [1, 2]) {
    tokens.push((await service.post("/login", { email, password: PASSWORD })).body.data.token);
  }
  const sessions: { id: string; current: boolean }[] = (await service.get("/sessions", tokens[0])).body.data;
  const [token = "", other = ""] = tokens;
  const own = sessions.find(({ current }) => current)?.id ?? "";
  const ids = sessions.map(({ id }) => id);
  return { state, service, email, token, other, own, ids };
}

describe("the end of a session", () => {
  it("that KV has heard of is not told again", async () => {
    const { state, service, token, own } = await signedIn();
    state.isOut = false;
    await service.post("/logout", undefined, token);
    expect(await isDenied(own)).toBe(true);
    expect(await pending()).toEqual([]);
  });

  it("that KV did not take is told by the clockwork as soon as KV takes it", async () => {
    const { state, service, token, own } = await signedIn();
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
    expect(await pending()).toEqual([own]);
    await service.runCron(EVERY_MINUTE);
    expect(await isDenied(own)).toBe(false);
    expect(await pending()).toEqual([own]);
    state.isOut = false;
    await service.runCron(EVERY_MINUTE);
    expect(await isDenied(own)).toBe(true);
    expect(await pending()).toEqual([]);
  });

  it.each([
    ["signing out everywhere", "/logout-all", undefined],
    ["deactivation", "/me/deactivate", { password: PASSWORD }],
  ])("by %s is told of each session, whatever KV heard of the account", async (_what, path, body) => {
    const { state, service, token, ids } = await signedIn();
    state.isOut = false;
    expect((await service.post(path, body, token)).status).toBe(200);
    await service.runCron(EVERY_MINUTE);
    expect(await Promise.all(ids.map(isDenied))).toEqual([true, true]);
    expect(await pending()).toEqual([]);
  });

  it.each(["/logout", "/logout-all"])(
    "by a %s whose answer from D1 was lost is told all the same",
    async (path) => {
      const d1 = createFaultyD1(env.DB);
      const { state, service, token, own } = await signedIn({ DB: d1.db });
      state.isOut = false;
      d1.plan({ call: path === "/logout" ? 1 : 2, fault: "answer_lost" });
      expect((await service.post(path, undefined, token)).status).toBe(503);
      expect(d1.struck).toBe(true);
      d1.plan(null);
      expect(await isDenied(own)).toBe(false);
      await service.runCron(EVERY_MINUTE);
      expect(await isDenied(own)).toBe(true);
    },
  );

  it("is told of everybody's before their last tokens have run out, and of nobody's afterwards", async () => {
    const { state, service, token, ids } = await signedIn();
    await service.post("/logout-all", undefined, token);
    expect((await pending()).sort()).toEqual([...ids].sort());
    state.isOut = false;
    service.clock.advance(8 * 24 * 60 * 60_000);
    await service.runCron(EVERY_MINUTE);
    expect(await Promise.all(ids.map(isDenied))).toEqual([false, false]);
    await service.runCron("17 * * * *");
    expect(await pending()).toEqual([]);
  });
});
