import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashOneTimeToken } from "../../../../src/core/crypto/one-time-token.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import {
  CALLBACK,
  clientsApiAs,
  insertGrant,
  NOTES_API,
  RESOURCES,
  registeredClient,
} from "../../../support/client-administration.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser, signedInAs } from "../../../support/users.ts";

const DAY_SECONDS = 24 * 3600;
const service = startService({ env: { RESOURCES } });

const hashesOf = async (clientId: string) =>
  (
    await env.DB.prepare(
      "SELECT secret_hash AS hash, expires_at AS expiresAt FROM oauth_client_secrets WHERE client_id = ? ORDER BY created_at",
    )
      .bind(clientId)
      .all<{ hash: string; expiresAt: number | null }>()
  ).results;

const eventsOf = async (clientId: string) =>
  (
    await env.DB.prepare(
      "SELECT type, actor_id AS actorId, details FROM audit_events WHERE json_extract(details, '$.client') = ? ORDER BY at, rowid",
    )
      .bind(clientId)
      .all<{ type: string; actorId: string; details: string }>()
  ).results;

describe("the registration of a client", () => {
  it("returns the secret once, and stores its hash", async () => {
    const { call, client, secret, superuser } = await registeredClient(service, {
      resources: [NOTES_API],
      scopes: ["openid", "notes:read"],
    });
    expect(client).toMatchObject({
      name: "Notes",
      type: "confidential",
      authMethod: "client_secret_basic",
      grantTypes: ["authorization_code", "refresh_token"],
      source: "admin",
      isFirstParty: false,
    });
    expect(secret).toMatch(/^gths_/);
    expect(await hashesOf(client.id)).toEqual([
      { hash: await hashOneTimeToken(secret ?? ""), expiresAt: null },
    ]);
    const shown = await call("GET", `/${client.id}`);
    expect(shown.body.data).toMatchObject({ client, grants: 0, secrets: [{ expiresAt: null }] });
    expect(shown.text).not.toContain(secret);
    expect(await eventsOf(client.id)).toEqual([
      { type: "client_created", actorId: superuser.id, details: JSON.stringify({ client: client.id }) },
    ]);
  });

  it("gives a public client no secret", async () => {
    const { client, secret } = await registeredClient(service, { type: "public" });
    expect([client.authMethod, secret, await hashesOf(client.id)]).toEqual(["none", null, []]);
  });

  it("names every invalid field", async () => {
    const { call } = clientsApiAs(service, await signedInAs(service, "superuser"));
    const answer = await call("POST", "", {
      name: "Notes",
      redirectUris: ["http://app.example.com/callback"],
      resources: ["https://unknown.example"],
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["redirectUris", "resources"]);
  });

  it("is for superusers only", async () => {
    for (const role of ["user", "admin"] as const) {
      const { call } = clientsApiAs(service, await signedInAs(service, role));
      const body = { name: "Notes", redirectUris: [CALLBACK] };
      expect([(await call("GET")).status, (await call("POST", "", body)).status]).toEqual([403, 403]);
    }
  });
});

describe("the list of clients", () => {
  it("has each client once, newest first", async () => {
    // Later than every client of the other tests.
    const later = startService({ env: { RESOURCES } });
    later.clock.advance(DAY_SECONDS * 1000);
    const { call, client } = await registeredClient(later);
    later.clock.advance(1000);
    const second = (await call("POST", "", { name: "Second", redirectUris: [CALLBACK] })).body.data.client;
    const first = (await call("GET", "?limit=1")).body.data;
    expect(first.clients.map(({ id }: { id: string }) => id)).toEqual([second.id]);
    const next = (await call("GET", `?limit=1&cursor=${first.nextCursor}`)).body.data;
    expect(next.clients[0].createdAt <= client.createdAt).toBe(true);
    expect(next.clients[0].id).not.toBe(second.id);
    expect((await call("GET", "?cursor=nonsense")).status).toBe(400);
  });
});

describe("a change of a client", () => {
  it("changes the given fields, records their names, and keeps the rest", async () => {
    const { call, client } = await registeredClient(service);
    const answer = await call("PATCH", `/${client.id}`, {
      name: "Renamed",
      isFirstParty: true,
      logoUri: null,
    });
    expect(answer.body.data).toMatchObject({
      name: "Renamed",
      isFirstParty: true,
      redirectUris: client.redirectUris,
    });
    const [, event] = await eventsOf(client.id);
    expect(JSON.parse(event?.details ?? "")).toEqual({ client: client.id, changes: "name,isFirstParty" });
  });

  it("writes nothing when nothing changes", async () => {
    const { call, client } = await registeredClient(service);
    await call("PATCH", `/${client.id}`, { name: client.name });
    expect(await eventsOf(client.id)).toHaveLength(1);
  });

  it("is checked as a whole: a change that does not fit the rest is refused", async () => {
    const { call, client } = await registeredClient(service);
    expect((await call("PATCH", `/${client.id}`, { authMethod: "none" })).status).toBe(400);
    expect((await call("PATCH", `/${client.id}`, { scopes: ["notes:read"] })).status).toBe(400);
  });

  it("deletes the secrets of a client that becomes public", async () => {
    const { call, client } = await registeredClient(service);
    expect((await call("PATCH", `/${client.id}`, { type: "public", authMethod: "none" })).status).toBe(200);
    expect(await hashesOf(client.id)).toEqual([]);
  });

  it("is refused for a client of the configuration file", async () => {
    const { call, client } = await registeredClient(service);
    await env.DB.prepare("UPDATE oauth_clients SET source = 'configuration' WHERE id = ?")
      .bind(client.id)
      .run();
    expect((await call("PATCH", `/${client.id}`, { name: "Renamed" })).status).toBe(409);
  });

  it("of an unknown client is refused", async () => {
    const { call } = clientsApiAs(service, await signedInAs(service, "superuser"));
    expect((await call("PATCH", "/client_unknown", { name: "x" })).status).toBe(404);
    expect((await call("DELETE", "/client_unknown")).status).toBe(404);
    expect((await call("GET", "/client_unknown")).status).toBe(404);
  });
});

describe("the rotation of a secret", () => {
  it("ends the previous secret at once, or after the overlap", async () => {
    const { call, client } = await registeredClient(service);
    const [first] = await hashesOf(client.id);
    service.clock.advance(1000);
    const now = service.clock.now();
    const second = await call("POST", `/${client.id}/secrets`, { overlapSeconds: DAY_SECONDS });
    expect(second.status).toBe(201);
    const secondHash = await hashOneTimeToken(second.body.data.secret);
    expect(await hashesOf(client.id)).toEqual([
      { hash: first?.hash, expiresAt: now + DAY_SECONDS * 1000 },
      { hash: secondHash, expiresAt: null },
    ]);
    service.clock.advance(1000);
    // The first one ends now, so that no third one is valid.
    const third = await call("POST", `/${client.id}/secrets`, { overlapSeconds: 60 });
    expect((await hashesOf(client.id)).map(({ hash }) => hash)).toEqual([
      secondHash,
      await hashOneTimeToken(third.body.data.secret),
    ]);
    service.clock.advance(1000);
    const fourth = await call("POST", `/${client.id}/secrets`, { overlapSeconds: 0 });
    expect((await hashesOf(client.id)).map(({ hash }) => hash)).toEqual([
      await hashOneTimeToken(fourth.body.data.secret),
    ]);
    expect((await eventsOf(client.id)).filter(({ type }) => type === "client_secret_created")).toHaveLength(
      3,
    );
  });

  it("is refused beyond 30 days, and for a client without secrets", async () => {
    const { call, client } = await registeredClient(service);
    const tooLong = { overlapSeconds: 30 * DAY_SECONDS + 1 };
    expect((await call("POST", `/${client.id}/secrets`, tooLong)).status).toBe(400);
    const spa = await registeredClient(service, { type: "public" });
    expect((await call("POST", `/${spa.client.id}/secrets`, { overlapSeconds: 0 })).status).toBe(409);
  });

  it("a secret is deleted by its id, for its client only", async () => {
    const { call, client } = await registeredClient(service);
    const other = await registeredClient(service);
    const { secrets } = (await call("GET", `/${client.id}`)).body.data;
    expect((await call("DELETE", `/${other.client.id}/secrets/${secrets[0].id}`)).status).toBe(404);
    expect((await call("DELETE", `/${client.id}/secrets/${secrets[0].id}`)).status).toBe(200);
    expect(await hashesOf(client.id)).toEqual([]);
    expect((await call("DELETE", `/${client.id}/secrets/${secrets[0].id}`)).status).toBe(404);
  });
});

describe("changes of a client", () => {
  it("need a recent authentication, and reads do not", async () => {
    const own = startService({ env: { RESOURCES } });
    const { call, client, superuser } = await registeredClient(own);
    const { secrets } = (await call("GET", `/${client.id}`)).body.data;
    const changes = [
      ["POST", "", { name: "Notes", redirectUris: [CALLBACK] }],
      ["PATCH", `/${client.id}`, { name: "Renamed" }],
      ["POST", `/${client.id}/secrets`, { overlapSeconds: 60 }],
      ["DELETE", `/${client.id}/secrets/${secrets[0].id}`, undefined],
      ["DELETE", `/${client.id}`, undefined],
    ] as const;
    own.clock.advance(10 * 60_000);
    for (const [method, path, body] of changes)
      expectErrorResponse(await call(method, path, body), 403, "reauthentication_required");
    expect((await call("GET", `/${client.id}`)).body.data).toMatchObject({
      client: { name: "Notes" },
      secrets,
    });
    for (const path of ["", `/${client.id}/grants`]) expect((await call("GET", path)).status).toBe(200);
    const { token } = superuser;
    expect((await own.post("/me/reauthenticate", { password: PASSWORD }, token)).status).toBe(200);
    for (const [method, path, body] of changes)
      expect((await call(method, path, body)).status).toBeLessThan(300);
  });
});

describe("the purge", () => {
  it("deletes secrets that have expired, and no others", async () => {
    const own = startService({ env: { RESOURCES } });
    const { call, client } = await registeredClient(own);
    const rotated = await call("POST", `/${client.id}/secrets`, { overlapSeconds: 60 });
    expect(await hashesOf(client.id)).toHaveLength(2);
    own.clock.advance(59_999);
    await own.runCron(EVERY_HOUR);
    expect(await hashesOf(client.id)).toHaveLength(2);
    own.clock.advance(1);
    await own.runCron(EVERY_HOUR);
    expect(await hashesOf(client.id)).toEqual([
      { hash: await hashOneTimeToken(rotated.body.data.secret), expiresAt: null },
    ]);
  });
});

describe("the deletion of a client", () => {
  it("ends its sessions and deletes its grants and secrets, and no others", async () => {
    const { call, client } = await registeredClient(service);
    const other = await registeredClient(service);
    const accountId = await accountIdOf((await registerVerifiedUser(service)).email);
    const now = service.clock.now();
    const sessionId = await insertGrant(client.id, accountId, now);
    const otherSession = await insertGrant(other.client.id, accountId, now);
    const { grants } = (await call("GET", `/${client.id}/grants`)).body.data;
    expect(grants).toMatchObject([{ userId: accountId, resource: NOTES_API, scopes: ["openid"] }]);
    expect((await call("GET", `/${client.id}`)).body.data.grants).toBe(1);
    expect((await call("DELETE", `/${client.id}`)).status).toBe(200);
    const revokedAt = (id: string) =>
      env.DB.prepare("SELECT revoked_at AS at FROM sessions WHERE id = ?").bind(id).first("at");
    expect([await revokedAt(sessionId), await revokedAt(otherSession)]).toEqual([now, null]);
    expect(await hashesOf(client.id)).toEqual([]);
    expect((await call("GET", `/${client.id}/grants`)).body.data.grants).toEqual([]);
    expect((await call("GET", `/${other.client.id}`)).body.data.grants).toBe(1);
    const [entry] = (await service.env.KV.list({ prefix: `deny:sid:${sessionId}` })).keys;
    // As long as the refresh token would have been valid, as after every end of a session.
    expect((entry?.expiration ?? 0) - Date.now() / 1000).toBeGreaterThan(1e6 - 100);
  });
});
