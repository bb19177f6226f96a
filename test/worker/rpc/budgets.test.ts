import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { AuthService } from "../../../src/index.ts";
import { createKey } from "../../support/api-keys.ts";
import { recordD1 } from "../../support/d1.ts";
import { countKv } from "../../support/kv.ts";
import { setDeletionDue } from "../../support/pending-deletion.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, registerAndLogIn } from "../../support/users.ts";

const d1 = recordD1(env.DB);
const kv = countKv(env.KV);
const service = startService({ env: { DB: d1.db, KV: kv.kv } });
const ALL = ["verify", "read", "write", "revoke", "export", "delete"];
const worker = createRpcCaller(service, { props: { permissions: ALL } });

type Method = Parameters<typeof worker.call>[0];
type Member = Awaited<ReturnType<typeof registerAndLogIn>>;
type Budget = {
  readonly method: Method;
  readonly d1: number;
  readonly kvGets: number;
  readonly kvPuts: number;
  readonly args: (user: Member) => unknown[] | Promise<unknown[]>;
};

/** Each method with its round trips, and arguments with which it succeeds. */
const budgets: Record<string, Budget> = {
  "verifyToken, fast": { method: "verifyToken", d1: 0, kvGets: 1, kvPuts: 0, args: ({ token }) => [token] },
  "verifyToken, strict": {
    method: "verifyToken",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: ({ token }) => [token, { strict: true }],
  },
  verifyApiKey: {
    method: "verifyApiKey",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ token }) => [(await createKey(service, token)).key],
  },
  getUser: {
    method: "getUser",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [await accountIdOf(email)],
  },
  getUsers: {
    method: "getUsers",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [
      [await accountIdOf(email), ...Array.from({ length: 99 }, () => crypto.randomUUID())],
    ],
  },
  setUserMetadata: {
    method: "setUserMetadata",
    d1: 2,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [await accountIdOf(email), { public: { plan: "pro" }, private: null }],
  },
  can: {
    method: "can",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [await accountIdOf(email), "users:list"],
  },
  revokeSession: {
    method: "revokeSession",
    d1: 1,
    kvGets: 0,
    kvPuts: 1,
    args: ({ token }) => [decodeJwt(token).sid],
  },
  revokeUser: {
    method: "revokeUser",
    d1: 2,
    kvGets: 0,
    kvPuts: 1,
    args: async ({ email }) => [await accountIdOf(email)],
  },
  deleteUser: {
    method: "deleteUser",
    d1: 2,
    kvGets: 0,
    kvPuts: 1,
    args: async ({ email }) => [await accountIdOf(email)],
  },
  cancelUserDeletion: {
    method: "cancelUserDeletion",
    d1: 2,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => {
      const id = await accountIdOf(email);
      await setDeletionDue(service, id);
      return [id];
    },
  },
  exportUser: {
    method: "exportUser",
    // The events are read while the caller reads the stream.
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [await accountIdOf(email)],
  },
};

/** These methods defer work until after the response: logout notices, the use of a key, and the deletion of published revocations. */
const DEFERRING = [
  "revokeSession",
  "revokeUser",
  "verifyApiKey",
  "deleteUser",
  "cancelUserDeletion",
  "exportUser",
];

describe("round trips of an RPC call in a warm isolate", () => {
  for (const [name, budget] of Object.entries(budgets)) {
    it(`${name} makes ${budget.d1} D1 round trips, ${budget.kvGets} KV gets and ${budget.kvPuts} KV puts`, async () => {
      const user = await registerAndLogIn(service);
      await worker.call("verifyToken", user.token);
      const args = await budget.args(user);
      const before = { d1: d1.trips, kvGets: kv.gets, kvPuts: kv.puts };
      expect(await worker.call(budget.method, ...args)).toMatchObject({ ok: true });
      // The notice of a new device is mailed after the response, so the log line does not count it.
      const line = worker.log.at(-1);
      expect([line?.d1, line?.kv]).toEqual([budget.d1, budget.kvGets + budget.kvPuts]);
      expect([kv.gets - before.kvGets, kv.puts - before.kvPuts]).toEqual([budget.kvGets, budget.kvPuts]);
      expect(d1.trips - before.d1).toBeGreaterThanOrEqual(budget.d1);
      if (!DEFERRING.includes(budget.method)) expect(d1.trips - before.d1).toBe(budget.d1);
    });
  }

  it("the table of round trips covers every RPC method", () => {
    const methods = new Set(Object.values(budgets).map(({ method }) => method));
    const exposed = Object.getOwnPropertyNames(Object.getPrototypeOf(AuthService.prototype));
    expect(exposed.filter((name) => name !== "constructor").sort()).toEqual([...methods].sort());
  });
});
