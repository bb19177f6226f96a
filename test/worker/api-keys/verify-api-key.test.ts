import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createKey, NOTES, NOTES_RESOURCE } from "../../support/api-keys.ts";
import { recordD1 } from "../../support/d1.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, PASSWORD, registerAndLogIn } from "../../support/users.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const d1 = recordD1(env.DB);
const AUDIENCES = [NOTES, "https://files.example.test"];
const RESOURCES = JSON.stringify([
  ...JSON.parse(NOTES_RESOURCE),
  { uri: AUDIENCES[1], scopes: { "files:read": "Read your files" } },
]);
const service = startService({ env: { RESOURCES, DB: d1.db } });
const rpc = createRpcCaller(service, {
  props: { audience: NOTES, permissions: ["verify"] },
  sharesIsolate: true,
});
const verify = (key: unknown, options?: object) => rpc.call("verifyApiKey", key, options);

const lastUse = async (id: string) =>
  (
    await service.env.DB.prepare("SELECT last_used_at AS at FROM api_keys WHERE id = ?")
      .bind(id)
      .first<{ at: number }>()
  )?.at;

async function keyOf(fields: object = {}) {
  const user = await registerAndLogIn(service);
  return { ...user, ...(await createKey(service, user.token, { scopes: ["notes:read"], ...fields })) };
}

describe("verifyApiKey over RPC", () => {
  it("returns the key and its owner, in one round trip to D1", async () => {
    const { key, id, name, email, expiresAt } = await keyOf();
    await verify(key);
    const before = d1.trips;
    expect(await verify(key, { scopes: ["notes:read"] })).toEqual({
      ok: true,
      key: {
        id,
        name,
        userId: await accountIdOf(email),
        resource: NOTES,
        scopes: ["notes:read"],
        role: "user",
        email,
        emailVerified: true,
        userName: "Ada",
        expiresAt: Math.floor(new Date(expiresAt ?? "").getTime() / 1000),
      },
    });
    expect(rpc.log.at(-1)).toMatchObject({ rpc: "verifyApiKey", ok: true, d1: 1, kv: 0 });
    expect(d1.trips - before).toBe(1);
    expect(JSON.stringify(rpc.log)).not.toContain(key.slice(17, 60));
  });

  it("reads nothing for text that is no key", async () => {
    const { key, token } = await keyOf();
    const before = d1.trips;
    const wrong = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`;
    for (const text of ["", "gth_", wrong, token, "x".repeat(100_000)])
      expect(await verify(text)).toEqual({ ok: false, reason: "key_invalid" });
    expect(d1.trips).toBe(before);
  });

  it("refuses a key that is revoked, unknown, or expired", async () => {
    const { key, id, token } = await keyOf({ expiresInDays: 1 });
    const other = await keyOf();
    service.clock.advance(DAY);
    expect(await verify(key)).toEqual({ ok: false, reason: "key_expired" });
    await service.call("DELETE", `/api/auth/me/keys/${other.id}`, undefined, other.token);
    await service.env.DB.prepare("DELETE FROM api_keys WHERE id IN (?, ?)").bind(id, other.id).run();
    expect(token).not.toBe("");
    expect(await verify(key)).toEqual({ ok: false, reason: "key_invalid" });
    expect(await verify(other.key)).toEqual({ ok: false, reason: "key_invalid" });
  });

  it("does not accept the secret of another key", async () => {
    const first = await keyOf();
    const second = await keyOf();
    const swap =
      "UPDATE api_keys SET secret_hash = (SELECT secret_hash FROM api_keys WHERE id = ?) WHERE id = ?";
    await service.env.DB.prepare(swap).bind(second.id, first.id).run();
    expect(await verify(first.key)).toEqual({ ok: false, reason: "key_invalid" });
    expect((await verify(second.key)).ok).toBe(true);
  });

  it("refuses the key of a deactivated account, whose rows stay, and of a deleted one", async () => {
    const { key, id, token, email } = await keyOf();
    await service.post("/me/deactivate", { password: PASSWORD }, token);
    expect(await verify(key)).toEqual({ ok: false, reason: "key_invalid" });
    await service.env.DB.prepare("UPDATE accounts SET status = 'active' WHERE email = ?").bind(email).run();
    expect((await verify(key)).ok).toBe(true);
    await service.env.DB.prepare("DELETE FROM accounts WHERE email = ?").bind(email).run();
    expect(await verify(key)).toEqual({ ok: false, reason: "key_invalid" });
    expect(await lastUse(id)).toBeUndefined();
  });

  it("returns the role that the account has now", async () => {
    const { key, email } = await keyOf();
    await service.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE email = ?").bind(email).run();
    expect(await verify(key)).toMatchObject({ key: { role: "admin" } });
  });

  it("tells a wrong resource and a missing scope of a key that is right", async () => {
    const { key } = await keyOf();
    const files = await keyOf({ resource: AUDIENCES[1], scopes: ["files:read"] });
    expect(await verify(files.key)).toEqual({ ok: false, reason: "audience_mismatch" });
    const missing = { ok: false, reason: "insufficient_scope" };
    expect(await verify(key, { scopes: ["notes:read", "notes:write"] })).toEqual(missing);
    expect(await verify(key, { scopes: ["files:read"] })).toEqual(missing);
  });

  it("keeps to the audience and the permissions of the binding", async () => {
    const { key } = await keyOf();
    expect(await verify(key, { audience: AUDIENCES[1] })).toEqual({ ok: false, reason: "forbidden" });
    const reader = createRpcCaller(service, { props: { permissions: ["read"] }, sharesIsolate: true });
    expect(await reader.call("verifyApiKey", key)).toEqual({ ok: false, reason: "forbidden" });
    const anyone = createRpcCaller(service, { sharesIsolate: true });
    expect(await anyone.call("verifyApiKey", key)).toEqual({ ok: false, reason: "bad_request" });
    expect((await anyone.call("verifyApiKey", key, { audience: NOTES })).ok).toBe(true);
    expect(await anyone.call("verifyApiKey", key, { audience: AUDIENCES[1] })).toEqual({
      ok: false,
      reason: "audience_mismatch",
    });
  });

  it.each([[undefined], [null], [1], [{}]])("answers bad_request to the key %j", async (key) => {
    expect(await verify(key)).toEqual({ ok: false, reason: "bad_request" });
  });

  it.each([{ scopes: "notes:read" }, { scopes: [1] }, { more: 1 }, { audience: "" }])(
    "answers bad_request to the options %j",
    async (options) => {
      expect(await verify("gth_", options)).toEqual({ ok: false, reason: "bad_request" });
    },
  );

  it("stores a use at most once an hour, and no use of a refused key", async () => {
    const { key, id } = await keyOf();
    await verify(key, { scopes: ["notes:write"] });
    expect(await lastUse(id)).toBeNull();
    await verify(key);
    const first = service.clock.now();
    expect(await lastUse(id)).toBe(first);
    service.clock.advance(HOUR - 1);
    await verify(key);
    expect(await lastUse(id)).toBe(first);
    service.clock.advance(1);
    await verify(key);
    expect(await lastUse(id)).toBe(first + HOUR);
  });
});
