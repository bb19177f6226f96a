import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { idOf, signedInAs } from "../../support/admins.ts";
import { createFaultyD1 } from "../../support/faulty-d1.ts";
import { callingWorker } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { createDeadKv, createStaleKv } from "../../support/stale-kv.ts";
import { logIn, signedInMember } from "../../support/users.ts";

const ENDED = { ok: false, reason: "session_ended" };
const UNAVAILABLE = { ok: false, reason: "unavailable" };
const service = startService();
const worker = callingWorker(service);

/** Somewhere else, with a KV that may be a minute behind. */
function farAway() {
  const clock = createTestClock();
  const { kv } = createStaleKv(clock);
  const here = startService({ clock, env: { KV: kv } });
  return { service: here, worker: callingWorker(here) };
}

describe("a session that has ended", () => {
  it("is refused at once when asked strictly, and fast within the minute that KV takes", async () => {
    const { service, worker } = farAway();
    const { token } = await signedInMember(service);
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    await service.post("/logout", undefined, token);
    // KV keeps what it read: that there is no such key.
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
      "a deactivation",
      async (id: string) => {
        const { token } = await signedInAs(service, "admin");
        return service.post(`/users/${id}/deactivate`, undefined, token);
      },
    ],
    [
      "a new role",
      async (id: string) => {
        const { token } = await signedInAs(service, "superuser");
        return service.call("PUT", `/api/auth/users/${id}/role`, { role: "admin" }, token);
      },
    ],
  ])("by %s is refused fast", async (_name, act) => {
    const { email, token } = await signedInMember(service);
    const id = await idOf(email);
    service.clock.advance(60_000);
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    expect((await act(id, token)).status).toBe(200);
    expect(await worker.call("verifyToken", token)).toEqual(ENDED);
    expect(worker.log.at(-1)).toMatchObject({ reason: "session_ended", d1: 0, kv: 1 });
  });
});

describe("an account whose tokens are dead up to an instant", () => {
  it("asks D1 about tokens of about that instant, and no others", async () => {
    const { email, token: old } = await signedInMember(service);
    service.clock.advance(11_000);
    const { token: close } = await logIn(service, email);
    await service.post("/logout-all", undefined, old);
    // The very same second, issued just after.
    const { token: again } = await logIn(service, email);
    service.clock.advance(11_000);
    const { token: later } = await logIn(service, email);
    const asked = async (token: string) => {
      const { ok } = await worker.call("verifyToken", token);
      return { ok, d1: worker.log.at(-1)?.d1 };
    };
    expect(await asked(old)).toEqual({ ok: false, d1: 0 });
    expect(await asked(close)).toEqual({ ok: false, d1: 1 });
    expect(await asked(again)).toEqual({ ok: true, d1: 1 });
    expect(await asked(later)).toEqual({ ok: true, d1: 0 });
  });

  it("asks D1 about a refresh that lost to it, though it is dated a second later", async () => {
    const { email, token } = await signedInMember(service);
    const id = await idOf(email);
    // The instant was read, then somebody refreshed, then the batch was committed that ends every session.
    await env.KV.put(`deny:user:${id}`, String(service.clock.now() - 1000));
    await env.DB.prepare("UPDATE sessions SET revoked_at = ? WHERE account_id = ?")
      .bind(service.clock.now(), id)
      .run();
    expect(await worker.call("verifyToken", token)).toEqual(ENDED);
  });

  it("asks D1 where the instant cannot be read", async () => {
    const { email, token } = await signedInMember(service);
    for (const odd of ["", "soon", "NaN"]) {
      await env.KV.put(`deny:user:${await idOf(email)}`, odd);
      expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
      expect(worker.log.at(-1)?.d1).toBe(1);
    }
  });
});

describe("a store that is out", () => {
  it("makes D1 decide where KV is silent", async () => {
    const { token } = await signedInMember(service);
    const deaf = callingWorker(service, { env: { KV: createDeadKv() } });
    expect(await deaf.call("verifyToken", token)).toMatchObject({ ok: true });
    await service.post("/logout", undefined, token);
    expect(await deaf.call("verifyToken", token)).toEqual(ENDED);
    expect(deaf.log.at(-1)).toMatchObject({ d1: 1, kv: 1, kvFailed: 1 });
  });

  it("is unavailable, and never a session, where nobody can tell", async () => {
    const { token } = await signedInMember(service);
    const d1 = createFaultyD1(env.DB);
    const lone = callingWorker(service, { env: { KV: createDeadKv(), DB: d1.db } });
    const half = callingWorker(service, { env: { DB: d1.db } });
    await lone.call("verifyToken", token);
    await half.call("verifyToken", token);
    d1.goDown();
    expect(await lone.call("verifyToken", token)).toEqual(UNAVAILABLE);
    expect(lone.log.at(-1)).toMatchObject({ ok: false, reason: "unavailable" });
    expect(lone.log.at(-1)?.error).toContain("Network connection lost");
    // Fast needs no D1 while the keys are at hand; strict always does.
    expect(await half.call("verifyToken", token)).toMatchObject({ ok: true });
    expect(await half.call("verifyToken", token, { strict: true })).toEqual(UNAVAILABLE);
    // Without keys there is nothing to verify by.
    const cold = callingWorker(service, { env: { DB: d1.db } });
    expect(await cold.call("verifyToken", token)).toEqual(UNAVAILABLE);
  });

  it("is unavailable where the configuration is wrong", async () => {
    const { token } = await signedInMember(service);
    const wrong = callingWorker(service, { env: { AUTH_SECRET: "short" } });
    expect(await wrong.call("verifyToken", token)).toEqual(UNAVAILABLE);
  });
});

describe("asked strictly", () => {
  it("role, name and address are those of the account now", async () => {
    const { email, token } = await signedInMember(service);
    await env.DB.prepare("UPDATE accounts SET role = 'admin', name = 'Countess' WHERE email = ?")
      .bind(email)
      .run();
    const fast = await worker.call("verifyToken", token);
    expect(fast).toMatchObject({ session: { role: "user", name: "Ada", email } });
    const strict = await worker.call("verifyToken", token, { strict: true });
    expect(strict).toMatchObject({ session: { role: "admin", name: "Countess", email } });
  });
});
