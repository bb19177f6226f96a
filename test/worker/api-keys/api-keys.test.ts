import { describe, expect, it } from "vitest";
import { createKey, keyRequest, NOTES, NOTES_RESOURCE } from "../../support/api-keys.ts";
import { expectErrorResponse, inParallel } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, logIn, mailTo, PASSWORD, registerAndLogIn } from "../../support/users.ts";

const DAY = 24 * 60 * 60_000;
const service = startService({ env: { RESOURCES: NOTES_RESOURCE } });

const list = async (token: string) => (await service.get("/me/keys", token)).body.data;
const create = (token: string, fields: object = {}) =>
  service.post("/me/keys", keyRequest(service, fields), token);
const revoke = (id: string, token: string) =>
  service.call("DELETE", `/api/auth/me/keys/${id}`, undefined, token);
const eventsOf = async (email: string) => {
  const query =
    "SELECT type, details, actor_id FROM audit_events WHERE account_id = ? AND type LIKE 'api_key%' ORDER BY at, rowid";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all();
  return results;
};

describe("API keys of a user", () => {
  it("a key is shown once, listed without its secret, mailed about, audited and revoked", async () => {
    const { token, email } = await registerAndLogIn(service);
    const answer = await create(token, { name: "Backup script", resource: "notes", scopes: ["notes:read"] });
    expect(answer.status).toBe(201);
    const { key, ...shown } = answer.body.data;
    expect(key).toMatch(/^gth_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    expect(shown).toEqual({
      id: key.slice(4, 16),
      name: "Backup script",
      resource: NOTES,
      scopes: ["notes:read"],
      createdAt: new Date(service.clock.now()).toISOString(),
      expiresAt: new Date(service.clock.now() + 90 * DAY).toISOString(),
      lastUsedAt: null,
    });
    expect(await list(token)).toEqual([shown]);
    const stored = await service.env.DB.prepare("SELECT * FROM api_keys WHERE id = ?").bind(shown.id).first();
    expect(JSON.stringify(stored)).not.toContain(key.slice(17, 60));
    const [mail] = await mailTo(service, email);
    expect(mail).toMatchObject({ subject: "An API key was created at Gatehouse" });
    expect(mail?.text).toContain("Backup script");
    expect(mail?.text).not.toContain(key.slice(17));
    expect((await revoke(shown.id, token)).status).toBe(200);
    expect(await list(token)).toEqual([]);
    expectErrorResponse(await revoke(shown.id, token), 404, "not_found");
    const actor_id = await accountIdOf(email);
    expect(await eventsOf(email)).toEqual([
      { type: "api_key_created", details: JSON.stringify({ keyId: shown.id, resource: NOTES }), actor_id },
      { type: "api_key_revoked", details: JSON.stringify({ keyId: shown.id }), actor_id },
    ]);
    expect(JSON.stringify(await eventsOf(email))).not.toContain(key.slice(17));
  });

  it.each([
    ["GET", "/me"],
    ["PATCH", "/me"],
    ["GET", "/me/keys"],
    ["POST", "/me/keys"],
    ["GET", "/sessions"],
    ["POST", "/logout-all"],
    ["GET", "/users"],
  ])("a key is no credential of the service itself: %s %s", async (method, path) => {
    const { token } = await registerAndLogIn(service);
    const { key } = await createKey(service, token);
    const body = method === "GET" ? undefined : {};
    expectErrorResponse(await service.call(method, `/api/auth${path}`, body, key), 401, "unauthorized");
    const cookie = { Cookie: `gh_access=${key}; __Host-gh_access=${key}` };
    expectErrorResponse(
      await service.call("GET", "/api/auth/me", undefined, undefined, cookie),
      401,
      "unauthorized",
    );
  });

  it.each([
    [{ expiresInDays: 1 }, 1],
    [{ expiresInDays: 366 }, 366],
    [{ expiresInDays: null }, null],
  ])("expires as requested: %j", async (fields, days) => {
    const { token } = await registerAndLogIn(service);
    const { expiresAt } = await createKey(service, token, fields);
    expect(expiresAt).toBe(days === null ? null : new Date(service.clock.now() + days * DAY).toISOString());
  });

  it.each([
    ["name", { name: "" }],
    ["name", { name: "a".repeat(65) }],
    ["name", { name: "two\nlines" }],
    ["resource", { resource: "https://other.example.test" }],
    ["resource", { resource: "gatehouse" }],
    ["scopes", { scopes: [] }],
    ["scopes", { scopes: ["notes:read", "notes:delete"] }],
    ["scopes", { scopes: ["openid"] }],
    ["expiresInDays", { expiresInDays: 0 }],
    ["expiresInDays", { expiresInDays: 367 }],
    ["expiresInDays", { expiresInDays: 1.5 }],
    ["role", { role: "superuser" }],
  ])("refuses a request with an invalid %s: %j", async (path, fields) => {
    const { token } = await registerAndLogIn(service);
    const answer = await create(token, fields);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toEqual([path]);
    expect(await list(token)).toEqual([]);
  });

  it("requires a recent authentication to create a key, and none to revoke one", async () => {
    const { token, email } = await registerAndLogIn(service);
    const { id } = await createKey(service, token);
    service.clock.advance(11 * 60_000);
    expectErrorResponse(await create(token), 403, "reauthentication_required");
    expect((await revoke(id, token)).status).toBe(200);
    expect((await service.post("/me/reauthenticate", { password: PASSWORD }, token)).status).toBe(200);
    expect((await create(token)).status).toBe(201);
    expect(await list((await logIn(service, email)).token)).toHaveLength(1);
  });

  it("refuses the name of a live key, and accepts that of a revoked or expired one", async () => {
    const { token, email } = await registerAndLogIn(service);
    const { id } = await createKey(service, token, { name: "Backup", expiresInDays: 1 });
    const again = await create(token, { name: "Backup" });
    expectErrorResponse(again, 400, "validation_failed");
    expect(again.body.error?.fields).toEqual([
      { path: "name", message: "You already have a key with this name." },
    ]);
    await revoke(id, token);
    await createKey(service, token, { name: "Backup", expiresInDays: 1 });
    service.clock.advance(DAY);
    const later = await logIn(service, email);
    await createKey(service, later.token, { name: "Backup" });
    expect(await list(later.token)).toHaveLength(2);
    // The same name in another account.
    await createKey(service, (await registerAndLogIn(service)).token, { name: "Backup" });
  });

  it("of parallel requests, exactly as many succeed as the limit of live keys allows", async () => {
    const { token } = await registerAndLogIn(service);
    for (let count = 0; count < 20; count += 1) await createKey(service, token);
    const answers = await inParallel(12, () => create(token));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(5);
    for (const answer of answers)
      if (answer.status !== 201) expectErrorResponse(answer, 409, "api_key_limit");
    expect(await list(token)).toHaveLength(25);
    await revoke((await list(token))[0].id, token);
    expect((await create(token)).status).toBe(201);
  });

  it("neither lists nor revokes the key of another account", async () => {
    const owner = await registerAndLogIn(service);
    const other = await registerAndLogIn(service);
    const { id } = await createKey(service, owner.token);
    expectErrorResponse(await revoke(id, other.token), 404, "not_found");
    expect(await list(other.token)).toEqual([]);
    expect(await list(owner.token)).toHaveLength(1);
    expect(await eventsOf(other.email)).toEqual([]);
  });

  it.each(["short", "4fGh1KmP9sT_", "x".repeat(13)])("answers 404 to the malformed id %s", async (id) => {
    expectErrorResponse(await revoke(id, (await registerAndLogIn(service)).token), 404, "not_found");
  });

  it("the service's own API accepts no key, neither as a bearer token nor in a cookie", async () => {
    const { token } = await registerAndLogIn(service);
    const { key } = await createKey(service, token);
    expectErrorResponse(await service.get("/me", key), 401, "unauthorized");
    expectErrorResponse(await service.get("/me/keys", key), 401, "unauthorized");
    expectErrorResponse(await create(key), 401, "unauthorized");
    const cookie = { Cookie: `__Host-access=${key}; access=${key}` };
    expectErrorResponse(
      await service.call("GET", "/api/auth/me", undefined, undefined, cookie),
      401,
      "unauthorized",
    );
  });

  it("the hourly job deletes keys 30 days after their expiry, and no others", async () => {
    const { token, email } = await registerAndLogIn(service);
    const short = await createKey(service, token, { expiresInDays: 1 });
    const long = await createKey(service, token, { expiresInDays: 90 });
    const endless = await createKey(service, token, { expiresInDays: null });
    const ids = async () => {
      const { results } = await service.env.DB.prepare("SELECT id FROM api_keys WHERE account_id = ?")
        .bind(await accountIdOf(email))
        .all<{ id: string }>();
      return results.map(({ id }) => id).sort();
    };
    service.clock.advance(31 * DAY - 1);
    await service.runCron("17 * * * *");
    expect(await ids()).toEqual([short.id, long.id, endless.id].sort());
    service.clock.advance(1);
    await service.runCron("17 * * * *");
    expect(await ids()).toEqual([long.id, endless.id].sort());
  });
});
