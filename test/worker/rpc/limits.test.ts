import { WorkerEntrypoint } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { AuthService } from "../../../src/index.ts";
import { idOf } from "../../support/admins.ts";
import { callingWorker } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { PASSWORD, signedInMember } from "../../support/users.ts";

const service = startService({ env: { AUDIENCES: "web,notes" } });
const worker = callingWorker(service);
const notes = callingWorker(service, { props: { audience: "notes" } });
const NOBODY = "00000000-0000-4000-8000-000000000000";
const client = { ip: "192.0.2.7", userAgent: "a phone" };

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
      "signOut",
      "verifyToken",
    ]);
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
      ["signOut", [value]],
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
    ["signOut", [{ refreshToken: "x", client: null }]],
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

  it("has a bug's own words, without the address in them, and the caller gets neither", async () => {
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
    expect(buggy.log).toMatchObject([{ ok: false, error: "TypeError: no such column: …" }]);
  });
});
