import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { createFaultyD1 } from "../../support/d1.ts";
import { createStaleKv, createUnreachableKv } from "../../support/kv.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { accountIdOf, logIn, registerAndLogIn, signedInAs } from "../../support/users.ts";

const ENDED = { ok: false, reason: "session_ended" };
const UNAVAILABLE = { ok: false, reason: "unavailable" };
const service = startService();
const worker = createRpcCaller(service);

/** A service in another location, whose KV may be a minute behind. */
function startRemoteService() {
  const clock = createTestClock();
  const { kv } = createStaleKv(clock);
  const remote = startService({ clock, env: { KV: kv } });
  return { service: remote, worker: createRpcCaller(remote) };
}

// The tests count D1 round trips of an isolate that has read the signing keys.
beforeEach(async () => {
  const { token } = await registerAndLogIn(service);
  await worker.call("verifyToken", token);
});

describe("verifyToken of an ended session", () => {
  it("rejects an ended session at once in strict mode, and in fast mode within a minute", async () => {
    const { service, worker } = startRemoteService();
    const { token } = await registerAndLogIn(service);
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    await service.post("/logout", undefined, token);
    // KV also caches a missing key.
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    expect(await worker.call("verifyToken", token, { strict: true })).toEqual(ENDED);
    service.clock.advance(59_000);
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    service.clock.advance(1000);
    expect(await worker.call("verifyToken", token)).toEqual(ENDED);
    expect(worker.log.at(-1)).toMatchObject({ d1: 0, kv: 1 });
  });

  it.each([
    ["signing out everywhere", (_id: string, token: string) => service.post("/logout-all", undefined, token)],
    [
      "deactivation",
      async (id: string) => {
        const { token } = await signedInAs(service, "admin");
        return service.post(`/users/${id}/deactivate`, undefined, token);
      },
    ],
    [
      "a role change",
      async (id: string) => {
        const { token } = await signedInAs(service, "superuser");
        return service.call("PUT", `/api/auth/users/${id}/role`, { role: "admin" }, token);
      },
    ],
  ])("rejects the token in fast mode after %s", async (_name, act) => {
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    service.clock.advance(60_000);
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    expect((await act(id, token)).status).toBe(200);
    expect(await worker.call("verifyToken", token)).toEqual(ENDED);
    expect(worker.log.at(-1)).toMatchObject({ reason: "session_ended", d1: 0, kv: 1 });
  });
});

describe("verifyToken of an account with a revocation instant", () => {
  it("asks D1 only about tokens issued close to the revocation instant", async () => {
    const { email, token: old } = await registerAndLogIn(service);
    service.clock.advance(11_000);
    const { token: close } = await logIn(service, email);
    await service.post("/logout-all", undefined, old);
    // Issued in the same second, just after the revocation.
    const { token: again } = await logIn(service, email);
    service.clock.advance(11_000);
    const { token: later } = await logIn(service, email);
    const verify = async (token: string) => {
      const { ok } = await worker.call("verifyToken", token);
      return { ok, d1: worker.log.at(-1)?.d1 };
    };
    expect(await verify(old)).toEqual({ ok: false, d1: 0 });
    expect(await verify(close)).toEqual({ ok: false, d1: 1 });
    expect(await verify(again)).toEqual({ ok: true, d1: 1 });
    expect(await verify(later)).toEqual({ ok: true, d1: 0 });
  });

  it("asks D1 about a token refreshed a second after the instant, before the revocation was committed", async () => {
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    // Order: the instant is read, the client refreshes, the batch that ends every session commits.
    await env.KV.put(`deny:user:${id}`, String(service.clock.now() - 1000));
    await env.DB.prepare("UPDATE sessions SET revoked_at = ? WHERE account_id = ?")
      .bind(service.clock.now(), id)
      .run();
    expect(await worker.call("verifyToken", token)).toEqual(ENDED);
  });

  it("asks D1 when the revocation instant is unreadable", async () => {
    const { email, token } = await registerAndLogIn(service);
    for (const unreadable of ["", "soon", "NaN"]) {
      await env.KV.put(`deny:user:${await accountIdOf(email)}`, unreadable);
      expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
      expect(worker.log.at(-1)?.d1).toBe(1);
    }
  });
});

describe("verifyToken during an outage", () => {
  it("asks D1 when KV is down", async () => {
    const { token } = await registerAndLogIn(service);
    const withoutKv = createRpcCaller(service, { env: { KV: createUnreachableKv() } });
    expect(await withoutKv.call("verifyToken", token)).toMatchObject({ ok: true });
    await service.post("/logout", undefined, token);
    expect(await withoutKv.call("verifyToken", token)).toEqual(ENDED);
    expect(withoutKv.log.at(-1)).toMatchObject({ d1: 1, kv: 1, kvFailed: 1 });
  });

  it("answers unavailable when D1 is down and needed, and never a session", async () => {
    const { token } = await registerAndLogIn(service);
    const d1 = createFaultyD1(env.DB);
    const withoutStores = createRpcCaller(service, { env: { KV: createUnreachableKv(), DB: d1.db } });
    const withoutD1 = createRpcCaller(service, { env: { DB: d1.db } });
    await withoutStores.call("verifyToken", token);
    await withoutD1.call("verifyToken", token);
    d1.failAllCalls();
    expect(await withoutStores.call("verifyToken", token)).toEqual(UNAVAILABLE);
    expect(withoutStores.log.at(-1)).toMatchObject({ ok: false, reason: "unavailable" });
    expect(withoutStores.log.at(-1)?.error).toContain("Network connection lost");
    // Fast mode needs no D1 while the signing keys are cached. Strict mode always needs it.
    expect(await withoutD1.call("verifyToken", token)).toMatchObject({ ok: true });
    expect(await withoutD1.call("verifyToken", token, { strict: true })).toEqual(UNAVAILABLE);
    // A cold isolate cannot read the signing keys.
    const cold = createRpcCaller(service, { env: { DB: d1.db } });
    expect(await cold.call("verifyToken", token)).toEqual(UNAVAILABLE);
  });

  it("answers unavailable when the configuration is invalid", async () => {
    const { token } = await registerAndLogIn(service);
    const misconfigured = createRpcCaller(service, { env: { AUTH_SECRET: "short" } });
    expect(await misconfigured.call("verifyToken", token)).toEqual(UNAVAILABLE);
  });
});

describe("verifyToken in strict mode", () => {
  it("returns the current role, name and address of the account instead of the token's", async () => {
    const { email, token } = await registerAndLogIn(service);
    await env.DB.prepare("UPDATE accounts SET role = 'admin', name = 'Countess' WHERE email = ?")
      .bind(email)
      .run();
    const fast = await worker.call("verifyToken", token);
    expect(fast).toMatchObject({ session: { role: "user", name: "Ada", email } });
    const strict = await worker.call("verifyToken", token, { strict: true });
    expect(strict).toMatchObject({ session: { role: "admin", name: "Countess", email } });
  });
});
