import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { AuthService } from "../../../src/index.ts";
import { idOf } from "../../support/admins.ts";
import { countKv, recordD1 } from "../../support/recording-d1.ts";
import { callingWorker } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { signedInMember } from "../../support/users.ts";

const d1 = recordD1(env.DB);
const kv = countKv(env.KV);
const service = startService({ env: { DB: d1.db, KV: kv.kv } });
const worker = callingWorker(service);
const client = { ip: null, userAgent: null };

type Method = Parameters<typeof worker.call>[0];
type Somebody = Awaited<ReturnType<typeof signedInMember>>;
type Line = {
  readonly method: Method;
  readonly d1: number;
  readonly kvGets: number;
  readonly kvPuts: number;
  readonly args: (person: Somebody) => unknown[] | Promise<unknown[]>;
};

/** Each method with its round trips, and arguments that go all its way. */
const table: Record<string, Line> = {
  "verifyToken, fast": { method: "verifyToken", d1: 0, kvGets: 1, kvPuts: 0, args: ({ token }) => [token] },
  "verifyToken, strict": {
    method: "verifyToken",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: ({ token }) => [token, { strict: true }],
  },
  getUser: { method: "getUser", d1: 1, kvGets: 0, kvPuts: 0, args: async ({ email }) => [await idOf(email)] },
  getUsers: {
    method: "getUsers",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [
      [await idOf(email), ...Array.from({ length: 99 }, () => crypto.randomUUID())],
    ],
  },
  can: {
    method: "can",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => [await idOf(email), "users:list"],
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
    args: async ({ email }) => [await idOf(email)],
  },
  exchangeCode: {
    method: "exchangeCode",
    d1: 2,
    kvGets: 0,
    kvPuts: 0,
    args: async ({ email }) => {
      const code = await authorizationCodeFor(email, service.clock.now());
      return [{ code, codeVerifier: VERIFIER, client }];
    },
  },
  refreshSession: {
    method: "refreshSession",
    d1: 1,
    kvGets: 0,
    kvPuts: 0,
    args: ({ refreshToken }) => [{ refreshToken, client }],
  },
  signOut: {
    method: "signOut",
    d1: 1,
    kvGets: 0,
    kvPuts: 1,
    args: ({ refreshToken }) => [{ refreshToken, client }],
  },
};

/** What these leave for after the answer (mail, a word that KV took) is no part of its time. */
const LATER = ["exchangeCode", "revokeSession", "signOut"];

describe("round trips of a call, on a warm isolate", () => {
  for (const [name, line] of Object.entries(table)) {
    it(`${name}: ${line.d1} to D1, ${line.kvGets} gets and ${line.kvPuts} puts to KV`, async () => {
      const person = await signedInMember(service);
      await worker.call("verifyToken", person.token);
      const args = await line.args(person);
      const before = { d1: d1.trips, kvGets: kv.gets, kvPuts: kv.puts };
      expect(await worker.call(line.method, ...args)).toMatchObject({ ok: true });
      // A notice of a new device is mailed after the answer, and its cost is not the caller's.
      const said = worker.log.at(-1);
      expect([said?.d1, said?.kv]).toEqual([line.d1, line.kvGets + line.kvPuts]);
      expect([kv.gets - before.kvGets, kv.puts - before.kvPuts]).toEqual([line.kvGets, line.kvPuts]);
      expect(d1.trips - before.d1).toBeGreaterThanOrEqual(line.d1);
      if (!LATER.includes(line.method)) expect(d1.trips - before.d1).toBe(line.d1);
    });
  }

  it("has a line for every method that there is", () => {
    const methods = new Set(Object.values(table).map(({ method }) => method));
    const there = Object.getOwnPropertyNames(Object.getPrototypeOf(AuthService.prototype));
    expect(there.filter((name) => name !== "constructor").sort()).toEqual([...methods].sort());
  });
});
