import { env, WorkerEntrypoint } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../src/audit/event.ts";
import { AuthService } from "../../../src/index.ts";
import { idOf, signedInAs } from "../../support/admins.ts";
import { logIn, member, PASSWORD, signedInMember } from "../../support/people.ts";
import { recordD1 } from "../../support/recording-d1.ts";
import { callingWorker } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { loginCodeFor } from "../../support/social/written-in.ts";

const d1 = recordD1(env.DB);
const service = startService({ env: { DB: d1.db, AUDIENCES: "web,notes" } });
const worker = callingWorker(service);
const notes = callingWorker(service, { props: { audience: "notes" } });
const NOBODY = "00000000-0000-4000-8000-000000000000";
const client = { ip: "192.0.2.7", userAgent: "a phone" };

async function lastEvent(accountId: string, type: string): Promise<StoredEvent> {
  const { token } = await signedInAs(service, "superuser");
  const { body } = await service.get(`/audit?userId=${accountId}&type=${type}`, token);
  return body.data.events[0];
}

describe("the surface", () => {
  it("is these methods and no others: whatever the prototypes have can be called", () => {
    const names = new Set<string>();
    for (let at = AuthService.prototype; at !== WorkerEntrypoint.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    }
    expect([...names].sort()).toEqual([
      "can",
      "constructor",
      "exchangeCode",
      "getUser",
      "getUsers",
      "refreshSession",
      "revokeSession",
      "revokeUser",
      "verifyToken",
    ]);
  });
});

describe("looking people up", () => {
  it("shows what /me shows", async () => {
    const { email, token } = await signedInMember(service);
    const answer = await worker.call("getUser", await idOf(email));
    expect(answer).toEqual({ ok: true, user: (await service.get("/me", token)).body.data });
    expect(await worker.call("getUser", NOBODY)).toEqual({ ok: false, reason: "not_found" });
  });

  it("takes a hundred ids, in one query, and answers in their order", async () => {
    const first = await idOf((await member(service)).email);
    const second = await idOf((await member(service)).email);
    const strangers = Array.from({ length: 97 }, () => crypto.randomUUID());
    const trips = d1.trips;
    const answer = await worker.call("getUsers", [second, ...strangers, first, second]);
    expect(d1.trips - trips).toBe(1);
    expect(answer.ok && answer.users.map(({ id }) => id)).toEqual([second, first]);
    expect(await worker.call("getUsers", [])).toEqual({ ok: true, users: [] });
    expect(await worker.call("getUsers", [...strangers, first, second, NOBODY, crypto.randomUUID()])).toEqual(
      {
        ok: false,
        reason: "bad_request",
      },
    );
  });

  it("says what somebody may do, as they are now", async () => {
    const admin = await signedInAs(service, "admin");
    const ask = (permission: string, id = admin.id) => worker.call("can", id, permission);
    expect(await ask("users:list")).toEqual({ ok: true, allowed: true });
    expect(await ask("users:delete")).toEqual({ ok: true, allowed: false });
    expect(await ask("users:list", NOBODY)).toEqual({ ok: true, allowed: false });
    expect(await ask("users:fly")).toEqual({ ok: false, reason: "bad_request" });
    expect(worker.log.at(-2)).toMatchObject({ rpc: "can", d1: 1, kv: 0 });
    await service.post("/me/deactivate", { password: PASSWORD }, admin.token);
    expect(await ask("users:list")).toEqual({ ok: true, allowed: false });
  });
});

describe("revoking", () => {
  it("ends one session, once, and the trail names the Worker", async () => {
    const { email, token } = await signedInMember(service);
    const { token: other } = await logIn(service, email);
    const sessionId = decodeJwt(token).sid as string;
    expect(await notes.call("revokeSession", sessionId)).toEqual({ ok: true, ended: true });
    expect(notes.log.at(-1)).toMatchObject({ rpc: "revokeSession", worker: "notes", d1: 1, kv: 1 });
    expect(await notes.call("revokeSession", sessionId)).toEqual({ ok: true, ended: false });
    expect(await notes.call("revokeSession", NOBODY)).toEqual({ ok: true, ended: false });
    expect((await service.get("/me", token)).status).toBe(401);
    expect(await worker.call("verifyToken", token)).toEqual({ ok: false, reason: "session_ended" });
    expect((await service.get("/me", other)).status).toBe(200);
    const event = await lastEvent(await idOf(email), "session_ended");
    expect(event).toMatchObject({ actorId: null, details: { sessionId, worker: "notes" } });
  });

  it("signs somebody out everywhere, and the trail names the Worker", async () => {
    const { email, token } = await signedInMember(service);
    const { token: other } = await logIn(service, email);
    const id = await idOf(email);
    service.clock.advance(60_000);
    expect(await notes.call("revokeUser", id)).toEqual({ ok: true });
    for (const dead of [token, other]) {
      expect((await service.get("/me", dead)).status).toBe(401);
      expect(await worker.call("verifyToken", dead)).toEqual({ ok: false, reason: "session_ended" });
    }
    const event = await lastEvent(id, "all_sessions_ended");
    expect(event).toMatchObject({ actorId: null, details: { worker: "notes" } });
    expect(await notes.call("revokeUser", NOBODY)).toEqual({ ok: false, reason: "not_found" });
  });
});

describe("signing in over RPC", () => {
  const codeFor = async () => {
    const { email } = await member(service);
    return { email, code: await loginCodeFor(email, service.clock.now()), codeVerifier: VERIFIER, client };
  };

  it("trades a code for a session of the binding's audience, and keeps it", async () => {
    const { email, ...exchange } = await codeFor();
    const answer = await notes.call("exchangeCode", exchange);
    if (!answer.ok) throw new Error(answer.reason);
    expect(answer).toMatchObject({ tokenType: "Bearer", expiresIn: 900, user: { email, role: "user" } });
    const verified = await notes.call("verifyToken", answer.token);
    expect(verified).toMatchObject({
      session: { audience: "notes", sessionId: answer.sessionId, amr: ["fed"] },
    });
    const [session] = (await service.get("/sessions", answer.token)).body.data;
    expect(session).toMatchObject({ ip: client.ip, userAgent: client.userAgent });
    const { refreshToken } = answer;
    const kept = await notes.call("refreshSession", { refreshToken, client });
    if (!kept.ok) throw new Error(kept.reason);
    expect(decodeJwt(kept.token)).toMatchObject({ aud: "notes", sid: answer.sessionId });
    expect(notes.log.at(-1)).toMatchObject({ rpc: "refreshSession", d1: 1, kv: 0 });
    service.clock.advance(11_000);
    const reused = await notes.call("refreshSession", { refreshToken, client });
    expect(reused).toEqual({ ok: false, reason: "refresh_invalid" });
    expect((await service.get("/me", kept.token)).status).toBe(401);
  });

  it("takes a code once, and only with its verifier", async () => {
    const { email: _, ...exchange } = await codeFor();
    const codeVerifier = "b".repeat(43);
    const invalid = { ok: false, reason: "code_invalid" };
    expect(await worker.call("exchangeCode", { ...exchange, codeVerifier })).toEqual(invalid);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => worker.call("exchangeCode", exchange)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === "code_invalid")).toHaveLength(19);
  });

  it("says that the second step is due, and who may not sign in", async () => {
    const { email, ...exchange } = await codeFor();
    await env.DB.prepare("UPDATE accounts SET login_otp = 1 WHERE email = ?").bind(email).run();
    const due = await worker.call("exchangeCode", exchange);
    expect(due).toMatchObject({ ok: false, reason: "second_step_due", expiresIn: 600 });
    expect(JSON.stringify(due)).not.toContain("oken");
    const closed = await codeFor();
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
      .bind(closed.email)
      .run();
    const { email: _, ...late } = closed;
    expect(await worker.call("exchangeCode", late)).toEqual({ ok: false, reason: "account_deactivated" });
  });
});

describe("the binding's props", () => {
  it("name the audience, which a call cannot choose otherwise", async () => {
    const { email, token: web } = await signedInMember(service);
    const { token } = (await service.post("/login", { email, password: PASSWORD, audience: "notes" })).body
      .data;
    expect(await notes.call("verifyToken", token)).toMatchObject({ ok: true });
    expect(await notes.call("verifyToken", token, { audience: "notes" })).toMatchObject({ ok: true });
    expect(await notes.call("verifyToken", web)).toEqual({ ok: false, reason: "audience_mismatch" });
    const forbidden = { ok: false, reason: "forbidden" };
    expect(await notes.call("verifyToken", web, { audience: "web" })).toEqual(forbidden);
    const refresh = { refreshToken: "x", client, audience: "web" };
    expect(await notes.call("refreshSession", refresh)).toEqual(forbidden);
  });

  it("of an audience that nobody has, and a call for one, are a mistake", async () => {
    const { token } = await signedInMember(service);
    const mistake = { ok: false, reason: "bad_request" };
    const stranger = callingWorker(service, { props: { audience: "strangers" } });
    expect(await stranger.call("verifyToken", token)).toEqual(mistake);
    expect(await worker.call("verifyToken", token, { audience: "strangers" })).toEqual(mistake);
  });

  it("limit what it may do, and are no limit to nobody when misspelt", async () => {
    const { email, token } = await signedInMember(service);
    const id = await idOf(email);
    const forbidden = { ok: false, reason: "forbidden" };
    const limited = callingWorker(service, { props: { permissions: ["verify"] } });
    expect(await limited.call("verifyToken", token)).toMatchObject({ ok: true });
    for (const props of [
      { permissions: ["verify"] },
      { permissions: ["verfy"] },
      { audiences: "web" },
      "web",
    ]) {
      const worker = callingWorker(service, { props });
      expect(await worker.call("getUser", id)).toEqual(forbidden);
      expect(await worker.call("revokeUser", id)).toEqual(forbidden);
      expect(await worker.call("exchangeCode", {})).toEqual(forbidden);
    }
    expect((await service.get("/me", token)).status).toBe(200);
  });
});

describe("arguments that are none", () => {
  const odd = [
    undefined,
    null,
    7,
    true,
    "",
    "x",
    {},
    [],
    [null],
    { id: 1 },
    () => 1,
    new Date(),
    "\0",
    "\ud800",
  ];
  const good = { code: "c", codeVerifier: VERIFIER, client };
  const calls: [Parameters<typeof worker.call>[0], unknown[]][] = [
    ...odd.flatMap((value): [Parameters<typeof worker.call>[0], unknown[]][] => [
      ["getUser", [value]],
      ["revokeSession", [value]],
      ["revokeUser", [value]],
      ["can", [value, "users:list"]],
      ["can", [NOBODY, value]],
      ["exchangeCode", [value]],
      ["refreshSession", [value]],
    ]),
    ...odd
      .filter((value) => !Array.isArray(value) || value.length > 0)
      .map((value): [never, unknown[]] => ["getUsers" as never, [value]]),
    ...odd
      .filter((value) => typeof value !== "string")
      .map((value): [never, unknown[]] => ["verifyToken" as never, [value]]),
    ["verifyToken", ["a.b.c", { audience: 7 }]],
    ["verifyToken", ["a.b.c", { strict: "no" }]],
    ["verifyToken", ["a.b.c", { stict: true }]],
    ["verifyToken", ["a.b.c", null]],
    ["verifyToken", []],
    ["getUser", []],
    ["exchangeCode", [{ ...good, client: null }]],
    ["exchangeCode", [{ ...good, client: { ...client, ip: "1.2.3.4, 5.6.7.8" } }]],
    ["exchangeCode", [{ ...good, role: "admin" }]],
    ["exchangeCode", [{ ...good, audience: "" }]],
  ];

  it("are a bad request, of every method, and ask nothing of anybody", async () => {
    for (const [method, args] of calls) {
      const answer = await worker.call(method, ...args);
      expect([method, args, answer]).toEqual([method, args, { ok: false, reason: "bad_request" }]);
      expect(worker.log.at(-1)).toMatchObject({ rpc: method, ok: false, d1: 0, kv: 0 });
    }
  });
});

describe("the log", () => {
  it("has one line a call, with nothing of what was given", async () => {
    const { email, token } = await signedInMember(service);
    worker.log.length = 0;
    await worker.call("verifyToken", token);
    await worker.call("getUser", await idOf(email));
    await worker.call("exchangeCode", { code: "the-code", codeVerifier: VERIFIER, client });
    expect(worker.log.map(({ rpc, worker: by, ok, reason }) => [rpc, by, ok, reason])).toEqual([
      ["verifyToken", "unnamed", true, undefined],
      ["getUser", "unnamed", true, undefined],
      ["exchangeCode", "unnamed", false, "code_invalid"],
    ]);
    const text = JSON.stringify(worker.log);
    for (const secret of [token, email, "the-code", VERIFIER, client.ip]) expect(text).not.toContain(secret);
  });

  it("has a bug's own words, which the caller does not get", async () => {
    const buggy = callingWorker(service, {
      env: {
        DB: {
          prepare: () => {
            throw new TypeError("no such column: ada@example.com");
          },
        },
      },
    });
    await expect(buggy.call("getUser", NOBODY)).rejects.toThrow(/^internal$/);
    expect(buggy.log).toMatchObject([{ ok: false, error: "no such column: ada@example.com" }]);
  });
});
