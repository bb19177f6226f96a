import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createComposition } from "../../../src/composition/composition.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { type Service, startService } from "../../support/service.ts";
import { registerAndLogIn, registerAndVerify } from "../../support/users.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A service that counts how often its environment was parsed and how often its dependencies were composed. */
function startCounted() {
  const counted = { parsed: 0, composed: 0 };
  const proxy = new Proxy({ ...env } as object as Service["env"], {
    // Only the parser lists all variables. It also reads each of them, bindings included.
    ownKeys(target) {
      counted.parsed += 1;
      counted.composed -= 1;
      return Reflect.ownKeys(target);
    },
    get(target, name) {
      if (name === "DB") counted.composed += 1;
      return Reflect.get(target, name);
    },
  });
  const isolate = { env: proxy, composition: createComposition() };
  return { counted, service: startService({ isolate }) };
}

describe("createComposition", () => {
  it("composes once for concurrent first requests", async () => {
    const { counted, service } = startCounted();
    const requests = Array.from({ length: 20 }, () => service.call("GET", "/.well-known/jwks.json"));
    const answers = await Promise.all(requests);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(counted.composed).toBe(1);
  });

  it("composes and parses nothing for later requests, RPC calls and cron runs", async () => {
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { counted, service } = startCounted();
    const worker = createRpcCaller(service, { sharesIsolate: true });
    const { token } = await registerAndLogIn(service);
    const before = { ...counted };
    expect(before.composed).toBe(1);
    for (let sent = 0; sent < 10; sent += 1) await service.get("/me", token);
    await Promise.all(Array.from({ length: 10 }, () => service.get("/me", token)));
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    await service.runCron("17 * * * *");
    expect(counted).toEqual(before);
  });

  it("hashes passwords with 100,000 iterations a block, unless a test lowers them", async () => {
    const service = startService({ isolate: { env: { ...env }, composition: createComposition() } });
    const { email } = await registerAndVerify(service);
    const hash = await env.DB.prepare("SELECT password_hash FROM accounts WHERE email = ?")
      .bind(email)
      .first();
    expect(hash).toEqual({ password_hash: expect.stringContaining("$b=1,i=100000,") });
  });

  it("reads an invalid configuration again for the next request", async () => {
    const changing = { ...env, PUBLIC_URL: "no URL" };
    const isolate = { env: changing, composition: createComposition() };
    const service = startService({ isolate });
    expect((await service.call("GET", "/healthz")).status).toBe(503);
    changing.PUBLIC_URL = "http://gatehouse.test";
    expect((await service.call("GET", "/healthz")).status).toBe(200);
  });

  it("refuses the use of its dependencies outside of a request, RPC call or cron run", async () => {
    const service = startService();
    const deps = await service.composition(service.env);
    const message = "no request scope is open";
    expect(() => deps.clock.now()).toThrow(message);
    expect(() => deps.defer(async () => undefined)).toThrow(message);
    const query = deps.accountLocales.set("", "en", 0);
    await expect(query).rejects.toMatchObject({ cause: { message: expect.stringContaining(message) } });
  });
});
