import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { startService } from "../../support/service.ts";
import { logIn, registerAndLogIn } from "../../support/users.ts";

const service = startService();

const failingKv = {
  get: () => Promise.reject(new Error("KV is down")),
  put: () => Promise.reject(new Error("KV is down")),
};

describe("POST /logout", () => {
  it("invalidates the access token and the refresh token at once", async () => {
    const { token, refreshToken } = await registerAndLogIn(service);
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
    expect((await service.get("/me", token)).status).toBe(401);
    expect((await service.get("/sessions", token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
  });

  it("publishes the revocation for the remaining life of the refresh token", async () => {
    const { token } = await registerAndLogIn(service);
    const { sid } = decodeJwt(token);
    await service.post("/logout", undefined, token);
    const { keys } = await env.KV.list({ prefix: `deny:sid:${sid}` });
    const sevenDays = 7 * 24 * 60 * 60;
    const ttl = (keys[0]?.expiration ?? 0) - Date.now() / 1000;
    expect(Math.abs(ttl - sevenDays)).toBeLessThan(120);
  });

  it("publishes the revocation for the life of an access token, if that is longer", async () => {
    const longLived = startService({ env: { REFRESH_IDLE_TTL: "120", ACCESS_TOKEN_TTL: "3600" } });
    const { token } = await registerAndLogIn(longLived);
    await longLived.post("/logout", undefined, token);
    const { keys } = await env.KV.list({ prefix: `deny:sid:${decodeJwt(token).sid}` });
    expect((keys[0]?.expiration ?? 0) - Date.now() / 1000).toBeGreaterThan(3500);
  });

  it("is idempotent and accepts an expired access token", async () => {
    const clocked = startService();
    const { token, refreshToken } = await registerAndLogIn(clocked);
    clocked.clock.advance(16 * 60_000);
    expect((await clocked.get("/me", token)).status).toBe(401);
    expect((await clocked.post("/logout", undefined, token)).status).toBe(200);
    expect((await clocked.post("/logout", undefined, token)).status).toBe(200);
    expect((await clocked.post("/refresh", { refreshToken })).status).toBe(401);
  });

  it("rejects sign-out with a missing or invalid token", async () => {
    for (const token of [undefined, "x.y.z"]) {
      const answer = await service.post("/logout", undefined, token);
      expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
    }
  });

  it("signs out even when KV is down, and logs the KV failure", async () => {
    const broken = startService({ env: { KV: failingKv } });
    const { token } = await registerAndLogIn(broken);
    expect((await broken.post("/logout", undefined, token)).status).toBe(200);
    expect(broken.log.at(-1)).toMatchObject({ route: "/api/auth/logout", status: 200, kvFailed: 1 });
    expect((await broken.get("/me", token)).status).toBe(401);
  });
});

describe("POST /logout-all", () => {
  it("ends every session of the caller, and none of other users", async () => {
    const first = await registerAndLogIn(service);
    const second = await logIn(service, first.email);
    const other = await registerAndLogIn(service);
    expect((await service.post("/logout-all", undefined, second.token)).status).toBe(200);
    for (const { token, refreshToken } of [first, second]) {
      expect((await service.get("/me", token)).status).toBe(401);
      expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
    }
    expect((await service.get("/me", other.token)).status).toBe(200);
    const { sub } = decodeJwt(first.token);
    expect(await env.KV.get(`deny:user:${sub}`)).toBe(String(service.clock.now()));
  });

  it("records the end of the caller's sessions in the audit log, and that the caller has ended them", async () => {
    const { token } = await registerAndLogIn(service);
    const { sub } = decodeJwt(token);
    expect((await service.post("/logout-all", undefined, token)).status).toBe(200);
    const events = "SELECT actor_id FROM audit_events WHERE type = 'all_sessions_ended' AND account_id = ?";
    expect((await env.DB.prepare(events).bind(sub).all()).results).toEqual([{ actor_id: sub }]);
  });
});

describe("GET /sessions and DELETE /sessions/:id", () => {
  it("lists the caller's live sessions and ends one by its id", async () => {
    const first = await registerAndLogIn(service);
    const login = await service.call(
      "POST",
      "/api/auth/login",
      { email: first.email, password: "a quiet lighthouse 7" },
      undefined,
      { "User-Agent": "Lighthouse/7", "CF-Connecting-IP": "203.0.113.7", "X-Forwarded-For": "198.51.100.1" },
    );
    const { token } = login.body.data;
    const list = (await service.get("/sessions", token)).body.data as { id: string; current: boolean }[];
    expect(list).toHaveLength(2);
    const current = list.find((session) => session.current);
    expect(current).toEqual({
      id: decodeJwt(token).sid,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      lastUsedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      ip: "203.0.113.7",
      userAgent: "Lighthouse/7",
      app: null,
      current: true,
    });
    const firstId = decodeJwt(first.token).sid as string;
    expect((await service.call("DELETE", `/api/auth/sessions/${firstId}`, undefined, token)).status).toBe(
      200,
    );
    expect((await service.get("/me", first.token)).status).toBe(401);
    expect((await service.get("/sessions", token)).body.data).toHaveLength(1);
    expect((await service.call("DELETE", `/api/auth/sessions/${firstId}`, undefined, token)).status).toBe(
      404,
    );
  });

  it("answers 404 for the sessions of other users and for unknown ids", async () => {
    const caller = await registerAndLogIn(service);
    const other = await registerAndLogIn(service);
    const otherId = decodeJwt(other.token).sid;
    for (const id of [otherId, "not-an-id", crypto.randomUUID()]) {
      const answer = await service.call("DELETE", `/api/auth/sessions/${id}`, undefined, caller.token);
      expect([answer.status, answer.body.error?.code]).toEqual([404, "not_found"]);
    }
    expect((await service.get("/me", other.token)).status).toBe(200);
  });
});
