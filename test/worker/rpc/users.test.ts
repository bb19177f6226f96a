import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../src/admin/audit-log/audit-event.ts";
import { recordD1 } from "../../support/d1.ts";
import { recordEvents } from "../../support/recorders.ts";
import { resourceList } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  logIn,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
} from "../../support/users.ts";

const d1 = recordD1(env.DB);
const service = startService({ env: { DB: d1.db, RESOURCES: resourceList("notes") } });
const worker = createRpcCaller(service);
const notes = createRpcCaller(service, { props: { audience: "notes" } });
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

async function lastEvent(accountId: string, type: string): Promise<StoredEvent> {
  const { token } = await signedInAs(service, "superuser");
  const { body } = await service.get(`/audit?userId=${accountId}&type=${type}`, token);
  return body.data.events[0];
}

describe("user lookup over RPC", () => {
  it("getUser returns the same data as GET /me", async () => {
    const { email, token } = await registerAndLogIn(service);
    const answer = await worker.call("getUser", await accountIdOf(email));
    const { data } = (await service.get("/me", token)).body;
    expect(answer).toEqual({ ok: true, user: { ...data, privateMetadata: null } });
    expect(await worker.call("getUser", UNKNOWN_ID)).toEqual({ ok: false, reason: "not_found" });
  });

  it("getUsers accepts a hundred ids, reads them in one query and keeps their order", async () => {
    const first = await accountIdOf((await registerVerifiedUser(service)).email);
    const second = await accountIdOf((await registerVerifiedUser(service)).email);
    const unknownIds = Array.from({ length: 97 }, () => crypto.randomUUID());
    const trips = d1.trips;
    const answer = await worker.call("getUsers", [second, ...unknownIds, first, second]);
    expect(d1.trips - trips).toBe(1);
    expect(answer.ok && answer.users.map(({ id }) => id)).toEqual([second, first]);
    expect(await worker.call("getUsers", [])).toEqual({ ok: true, users: [] });
    expect(
      await worker.call("getUsers", [...unknownIds, first, second, UNKNOWN_ID, crypto.randomUUID()]),
    ).toEqual({
      ok: false,
      reason: "bad_request",
    });
  });

  it("can answers by the user's current role and status", async () => {
    const admin = await signedInAs(service, "admin");
    const can = (permission: string, id = admin.id) => worker.call("can", id, permission);
    expect(await can("users:list")).toEqual({ ok: true, allowed: true });
    expect(await can("users:delete")).toEqual({ ok: true, allowed: false });
    expect(await can("users:list", UNKNOWN_ID)).toEqual({ ok: true, allowed: false });
    expect(await can("users:fly")).toEqual({ ok: false, reason: "bad_request" });
    expect(worker.log.at(-2)).toMatchObject({ rpc: "can", d1: 1, kv: 0 });
    await service.post("/me/deactivate", { password: PASSWORD }, admin.token);
    expect(await can("users:list")).toEqual({ ok: true, allowed: false });
  });
});

describe("metadata over RPC", () => {
  const metadata = { public: { plan: "pro" }, private: { crm: "c-1" } };

  it("setUserMetadata writes both objects, getUser reads both and getUsers the public one", async () => {
    const id = await accountIdOf((await registerVerifiedUser(service)).email);
    expect(await notes.call("setUserMetadata", id, metadata)).toEqual({ ok: true });
    expect(notes.log.at(-1)).toMatchObject({ rpc: "setUserMetadata", worker: "notes", d1: 2, kv: 0 });
    const one = await worker.call("getUser", id);
    expect(one).toMatchObject({
      user: { publicMetadata: metadata.public, privateMetadata: metadata.private },
    });
    const many = await worker.call("getUsers", [id]);
    expect(many).toMatchObject({ users: [{ publicMetadata: metadata.public }] });
    expect(JSON.stringify(many)).not.toContain("c-1");
    expect(await lastEvent(id, "profile_updated")).toMatchObject({
      actorId: null,
      details: { fields: "privateMetadata,publicMetadata", worker: "notes" },
    });
  });

  it("setUserMetadata leaves an absent object and clears one by null", async () => {
    const id = await accountIdOf((await registerVerifiedUser(service)).email);
    await worker.call("setUserMetadata", id, metadata);
    await worker.call("setUserMetadata", id, { public: null });
    expect(await worker.call("getUser", id)).toMatchObject({
      user: { publicMetadata: null, privateMetadata: metadata.private },
    });
  });

  it("setUserMetadata refuses what the API refuses, an unknown user, and a binding without the permission", async () => {
    const id = await accountIdOf((await registerVerifiedUser(service)).email);
    const bad = { ok: false, reason: "bad_request" };
    for (const value of [[], "x", 1, { a: "x".repeat(8192) }, { a: "\0" }]) {
      expect(await worker.call("setUserMetadata", id, { public: value })).toEqual(bad);
      expect(await worker.call("setUserMetadata", id, { private: value })).toEqual(bad);
    }
    expect(await worker.call("setUserMetadata", id, { role: "admin" })).toEqual(bad);
    expect(await worker.call("setUserMetadata", id, {})).toEqual(bad);
    expect(await worker.call("setUserMetadata", UNKNOWN_ID, metadata)).toEqual({
      ok: false,
      reason: "not_found",
    });
    const reader = createRpcCaller(service, { props: { permissions: ["verify", "read", "revoke"] } });
    expect(await reader.call("setUserMetadata", id, metadata)).toEqual({ ok: false, reason: "forbidden" });
  });
});

describe("revocation over RPC", () => {
  it("revokeSession ends one session once and names the Worker in the audit log", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { token: other } = await logIn(service, email);
    const sessionId = decodeJwt(token).sid as string;
    expect(await notes.call("revokeSession", sessionId)).toEqual({ ok: true, ended: true });
    expect(notes.log.at(-1)).toMatchObject({ rpc: "revokeSession", worker: "notes", d1: 1, kv: 1 });
    expect(await notes.call("revokeSession", sessionId)).toEqual({ ok: true, ended: false });
    expect(await notes.call("revokeSession", UNKNOWN_ID)).toEqual({ ok: true, ended: false });
    expect((await service.get("/me", token)).status).toBe(401);
    expect(await worker.call("verifyToken", token)).toEqual({ ok: false, reason: "session_ended" });
    expect((await service.get("/me", other)).status).toBe(200);
    const event = await lastEvent(await accountIdOf(email), "session_ended");
    expect(event).toMatchObject({ actorId: null, details: { sessionId, worker: "notes" } });
  });

  it("revokeUser ends every session of the user and names the Worker in the audit log", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { token: other } = await logIn(service, email);
    const id = await accountIdOf(email);
    service.clock.advance(60_000);
    expect(await notes.call("revokeUser", id)).toEqual({ ok: true });
    for (const revoked of [token, other]) {
      expect((await service.get("/me", revoked)).status).toBe(401);
      expect(await worker.call("verifyToken", revoked)).toEqual({ ok: false, reason: "session_ended" });
    }
    const event = await lastEvent(id, "all_sessions_ended");
    expect(event).toMatchObject({ actorId: null, details: { worker: "notes" } });
    expect(await notes.call("revokeUser", UNKNOWN_ID)).toEqual({ ok: false, reason: "not_found" });
  });

  it("counts revocations by Workers in the metrics, once for each audit event", async () => {
    const { EVENTS, points } = recordEvents();
    const metered = createRpcCaller(service, { env: { EVENTS }, props: { audience: "notes" } });
    const { email, token } = await registerAndLogIn(service);
    const sessionId = decodeJwt(token).sid;
    for (let times = 0; times < 2; times += 1) await metered.call("revokeSession", sessionId);
    await metered.call("revokeUser", await accountIdOf(email));
    expect(points.map(({ indexes }) => indexes)).toEqual([["session_ended"], ["all_sessions_ended"]]);
  });
});
