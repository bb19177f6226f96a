import { WorkerEntrypoint } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { AuthService } from "../../../src/index.ts";
import { OWN_AUDIENCE, resourceList, resourceUri } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, PASSWORD, registerAndLogIn } from "../../support/users.ts";

const service = startService({ env: { RESOURCES: resourceList("notes") } });
const worker = createRpcCaller(service);
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

describe("AuthService", () => {
  it("exposes exactly the documented methods on its prototypes", () => {
    const names = new Set<string>();
    for (let at = AuthService.prototype; at !== WorkerEntrypoint.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    }
    expect([...names].sort()).toEqual([
      "can",
      "cancelUserDeletion",
      "constructor",
      "deleteUser",
      "exportUser",
      "getUser",
      "getUsers",
      "revokeSession",
      "revokeUser",
      "setUserMetadata",
      "verifyApiKey",
      "verifyToken",
    ]);
  });
});

describe("the props of a service binding", () => {
  it("forbids a call to choose an audience other than the binding's", async () => {
    const { email, token: own } = await registerAndLogIn(service);
    const { token } = (await service.post("/login", { email, password: PASSWORD, audience: "notes" })).body
      .data;
    const forbidden = { ok: false, reason: "forbidden" };
    for (const audience of ["notes", resourceUri("notes")]) {
      const limited = createRpcCaller(service, { props: { audience } });
      expect(await limited.call("verifyToken", token)).toMatchObject({ ok: true });
      for (const same of ["notes", resourceUri("notes")])
        expect(await limited.call("verifyToken", token, { audience: same })).toMatchObject({ ok: true });
      expect(await limited.call("verifyToken", own)).toEqual({ ok: false, reason: "audience_mismatch" });
      for (const other of ["gatehouse", OWN_AUDIENCE, "unknown"]) {
        expect(await limited.call("verifyToken", own, { audience: other })).toEqual(forbidden);
      }
    }
  });

  it("rejects an unknown audience in the props or in a call as bad_request", async () => {
    const { token } = await registerAndLogIn(service);
    const badRequest = { ok: false, reason: "bad_request" };
    const misconfigured = createRpcCaller(service, { props: { audience: "unknown" } });
    expect(await misconfigured.call("verifyToken", token)).toEqual(badRequest);
    expect(await worker.call("verifyToken", token, { audience: "unknown" })).toEqual(badRequest);
  });

  it("forbids methods outside the permissions, and every method when the props are misspelt", async () => {
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    const forbidden = { ok: false, reason: "forbidden" };
    const limited = createRpcCaller(service, { props: { permissions: ["verify"] } });
    expect(await limited.call("verifyToken", token)).toMatchObject({ ok: true });
    for (const props of [
      { permissions: ["verify"] },
      { permissions: ["verfy"] },
      { permissions: ["sign-in"] },
      { audiences: "notes" },
      "notes",
    ]) {
      const worker = createRpcCaller(service, { props });
      expect(await worker.call("getUser", id)).toEqual(forbidden);
      expect(await worker.call("revokeUser", id)).toEqual(forbidden);
    }
    expect((await service.get("/me", token)).status).toBe(200);
  });
});

describe("invalid arguments", () => {
  const invalid = [
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
  const calls: [Parameters<typeof worker.call>[0], unknown[]][] = [
    ...invalid.flatMap((value): [Parameters<typeof worker.call>[0], unknown[]][] => [
      ["getUser", [value]],
      ["revokeSession", [value]],
      ["revokeUser", [value]],
      ["can", [value, "users:list"]],
      ["can", [UNKNOWN_ID, value]],
      ["setUserMetadata", [value, { public: {} }]],
      ["setUserMetadata", [UNKNOWN_ID, value]],
    ]),
    ...invalid
      .filter((value) => !Array.isArray(value) || value.length > 0)
      .map((value): [never, unknown[]] => ["getUsers" as never, [value]]),
    ...invalid
      .filter((value) => typeof value !== "string")
      .map((value): [never, unknown[]] => ["verifyToken" as never, [value]]),
    ["verifyToken", ["a.b.c", { audience: 7 }]],
    ["verifyToken", ["a.b.c", { strict: "no" }]],
    ["verifyToken", ["a.b.c", { stict: true }]],
    ["verifyToken", ["a.b.c", null]],
    ["verifyToken", []],
    ["getUser", []],
  ];

  it("rejects invalid arguments of every method as bad_request without a query to D1 or KV", async () => {
    for (const [method, args] of calls) {
      const answer = await worker.call(method, ...args);
      expect([method, args, answer]).toEqual([method, args, { ok: false, reason: "bad_request" }]);
      expect(worker.log.at(-1)).toMatchObject({ rpc: method, ok: false, d1: 0, kv: 0 });
    }
  });
});

describe("the log of RPC calls", () => {
  it("writes one line for each call and no argument into it", async () => {
    const { email, token } = await registerAndLogIn(service);
    worker.log.length = 0;
    await worker.call("verifyToken", token);
    await worker.call("getUser", await accountIdOf(email));
    await worker.call("verifyToken", "the-token");
    expect(worker.log.map(({ rpc, worker: by, ok, reason }) => [rpc, by, ok, reason])).toEqual([
      ["verifyToken", "unnamed", true, undefined],
      ["getUser", "unnamed", true, undefined],
      ["verifyToken", "unnamed", false, "token_invalid"],
    ]);
    const text = JSON.stringify(worker.log);
    for (const secret of [token, email, "the-token"]) expect(text).not.toContain(secret);
  });

  it("logs the redacted message of an unexpected error and hides it from the caller", async () => {
    const buggy = createRpcCaller(service, {
      env: {
        DB: {
          prepare: () => {
            throw new TypeError("no such column: ada@example.com");
          },
        },
      },
    });
    await expect(buggy.call("getUser", UNKNOWN_ID)).rejects.toThrow(/^internal$/);
    expect(buggy.log).toMatchObject([{ ok: false, error: "TypeError: no such column: …" }]);
  });
});
