import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createFaultyD1 } from "../../support/d1.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const EVERY_MINUTE = "* * * * *";

/** A KV that rejects writes while `state.isDown` is true. */
function createUnwritableKv() {
  const state = { isDown: true };
  const kv = new Proxy(env.KV, {
    get: (real, name) => {
      if (name === "put" && state.isDown) {
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

const pendingSessions = async (): Promise<unknown[]> =>
  (await env.DB.prepare("SELECT session_id FROM pending_revocations").all()).results.map(
    ({ session_id }) => session_id,
  );

const isRevoked = async (sid: string) => (await env.KV.get(`deny:sid:${sid}`)) === "1";

/** A user with two sessions, on a service whose KV rejects writes until `state.isDown` is false. */
async function signedIn(overrides: object = {}) {
  const { state, kv } = createUnwritableKv();
  const service = startService({ clock: createTestClock(), env: { KV: kv, ...overrides } });
  const { email } = await registerVerifiedUser(service);
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

describe("publishing revocations", () => {
  it("removes a pending revocation after KV has accepted it", async () => {
    const { state, service, token, own } = await signedIn();
    state.isDown = false;
    await service.post("/logout", undefined, token);
    expect(await isRevoked(own)).toBe(true);
    expect(await pendingSessions()).toEqual([]);
  });

  it("removes the pending revocation of another session after KV has accepted it, without a cron run", async () => {
    const { state, service, token, own, ids } = await signedIn();
    state.isDown = false;
    const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
    expect((await service.post("/me/password", change, token)).status).toBe(200);
    const others = ids.filter((id) => id !== own);
    expect(await Promise.all(others.map(isRevoked))).toEqual([true]);
    expect((await pendingSessions()).filter((id) => others.includes(String(id)))).toEqual([]);
  });

  it("publishes a revocation by the cron job when KV accepts writes again", async () => {
    const { state, service, token, own } = await signedIn();
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
    expect(await pendingSessions()).toEqual([own]);
    await service.runCron(EVERY_MINUTE);
    expect(await isRevoked(own)).toBe(false);
    expect(await pendingSessions()).toEqual([own]);
    state.isDown = false;
    await service.runCron(EVERY_MINUTE);
    expect(await isRevoked(own)).toBe(true);
    expect(await pendingSessions()).toEqual([]);
  });

  it.each([
    ["POST /logout-all", "/logout-all", undefined],
    ["POST /me/deactivate", "/me/deactivate", { password: PASSWORD }],
  ])(
    "publishes each session by the cron job after %s, also if KV has the account's entry",
    async (_case, path, body) => {
      const { state, service, token, ids } = await signedIn();
      state.isDown = false;
      expect((await service.post(path, body, token)).status).toBe(200);
      await service.runCron(EVERY_MINUTE);
      expect(await Promise.all(ids.map(isRevoked))).toEqual([true, true]);
      expect(await pendingSessions()).toEqual([]);
    },
  );

  it.each(["/logout", "/logout-all"])(
    "publishes a revocation by the cron job after %s, if the response of D1 was lost",
    async (path) => {
      const d1 = createFaultyD1(env.DB);
      const { state, service, token, own } = await signedIn({ DB: d1.db });
      state.isDown = false;
      d1.plan({ call: path === "/logout" ? 1 : 2, fault: "answer_lost" });
      expect((await service.post(path, undefined, token)).status).toBe(503);
      expect(d1.triggered).toBe(true);
      d1.plan(null);
      expect(await isRevoked(own)).toBe(false);
      await service.runCron(EVERY_MINUTE);
      expect(await isRevoked(own)).toBe(true);
    },
  );

  it("stops publishing revocations and purges them once their last tokens have expired", async () => {
    const { state, service, token, ids } = await signedIn();
    await service.post("/logout-all", undefined, token);
    expect((await pendingSessions()).sort()).toEqual([...ids].sort());
    state.isDown = false;
    service.clock.advance(8 * 24 * 60 * 60_000);
    await service.runCron(EVERY_MINUTE);
    expect(await Promise.all(ids.map(isRevoked))).toEqual([false, false]);
    await service.runCron("17 * * * *");
    expect(await pendingSessions()).toEqual([]);
  });
});
