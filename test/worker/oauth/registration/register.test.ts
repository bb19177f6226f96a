import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { CALLBACK, insertGrant, RESOURCES } from "../../../support/client-administration.ts";
import {
  authorizeClient,
  createClient,
  errorOf as oauthErrorOf,
  postForm,
  refresh,
} from "../../../support/oauth.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { type Service, startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../../support/users.ts";

const DAY = 24 * 3_600_000;
// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

const startRegistration = (variables: object = {}) =>
  startService({ env: { RESOURCES, CLIENT_REGISTRATION: "on", ...variables } });
const service = startRegistration();

const FROM = { "CF-Connecting-IP": "203.0.113.7" };

const register = async (of: Service, body: unknown = { redirect_uris: [CALLBACK] }) => {
  const answer = await of.call("POST", "/oauth/register", body, undefined, FROM);
  return { ...answer, json: answer.text === "" ? null : JSON.parse(answer.text) };
};

const existing = (clientId: string) =>
  env.DB.prepare("SELECT source FROM oauth_clients WHERE id = ?").bind(clientId).first("source");

describe("POST /oauth/register", () => {
  it("registers a public client and returns what was registered", async () => {
    const { status, headers, json } = await register(service, {
      redirect_uris: ["http://127.0.0.1/done", CALLBACK],
      client_name: "Tool",
      token_endpoint_auth_method: "none",
      grant_types: [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
      ],
      scope: "openid tools:use notes:read unknown",
      first_party: true,
      isFirstParty: true,
    });
    expect([status, headers.get("Cache-Control")]).toEqual([201, "no-store"]);
    expect(json).toEqual({
      client_id: expect.stringMatching(/^client_/),
      client_id_issued_at: Math.floor(service.clock.now() / 1000),
      client_name: "Tool",
      redirect_uris: ["http://127.0.0.1/done", CALLBACK],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      scope: "openid tools:use",
    });
    const row = await env.DB.prepare("SELECT * FROM oauth_clients WHERE id = ?").bind(json.client_id).first();
    expect(row).toMatchObject({
      source: "registration",
      type: "public",
      is_first_party: 0,
      resources: '["https://mcp.example.com"]',
    });
  });

  it("names a client without a name by its redirect host, and gives it every allowed scope", async () => {
    const { json } = await register(service);
    expect(json).toMatchObject({
      client_name: "app.example.com",
      scope: "openid profile email phone offline_access tools:use",
    });
  });

  it.each<[string, unknown, string]>([
    ["no redirect URIs", {}, "invalid_redirect_uri"],
    ["a redirect URI by http", { redirect_uris: ["http://app.example.com/"] }, "invalid_redirect_uri"],
    ["a redirect URI with a fragment", { redirect_uris: [`${CALLBACK}#x`] }, "invalid_redirect_uri"],
    ["a redirect URI of the service", { redirect_uris: ["http://gatehouse.test/x"] }, "invalid_redirect_uri"],
    [
      "a method that needs a secret",
      { redirect_uris: [CALLBACK], token_endpoint_auth_method: "client_secret_basic" },
      "invalid_client_metadata",
    ],
    [
      "keys",
      { redirect_uris: [CALLBACK], token_endpoint_auth_method: "private_key_jwt" },
      "invalid_client_metadata",
    ],
    [
      "machine grants",
      { redirect_uris: [CALLBACK], grant_types: ["client_credentials"] },
      "invalid_client_metadata",
    ],
    ["an implicit flow", { redirect_uris: [CALLBACK], response_types: ["token"] }, "invalid_client_metadata"],
    [
      "an endless name",
      { redirect_uris: [CALLBACK], client_name: "a".repeat(101) },
      "invalid_client_metadata",
    ],
    ["a list", [], "invalid_client_metadata"],
    ["text that is no JSON", "{", "invalid_client_metadata"],
  ])("refuses %s", async (_name, body, error) => {
    const { status, json } = await register(service, body);
    expect([status, json.error, typeof json.error_description]).toEqual([400, error, "string"]);
    expect(json.success).toBeUndefined();
  });

  it("does not exist unless CLIENT_REGISTRATION is on", async () => {
    expect((await register(startRegistration({ CLIENT_REGISTRATION: undefined }))).status).toBe(404);
    expect((await register(startRegistration({ CLIENT_REGISTRATION: "off" }))).status).toBe(404);
  });

  it("is limited for each network client", async () => {
    const limited = startRegistration({
      RATE_LIMITS: JSON.stringify({ "client-registration": { limit: 2 } }),
      BURST: undefined,
    });
    const statuses = [];
    for (let times = 0; times < 3; times++) statuses.push((await register(limited)).status);
    expect(statuses).toEqual([201, 201, 429]);
  });

  it("stops when too many clients of the last day were never used", async () => {
    const later = startRegistration();
    later.clock.advance(100 * DAY);
    const at = later.clock.now();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
       INSERT INTO oauth_clients (id, name, type, auth_method, redirect_uris, post_logout_redirect_uris, grant_types,
         resources, scopes, source, created_at, updated_at)
       SELECT 'unused-' || i, 'x', 'public', 'none', '[]', '[]', '[]', '[]', '[]', 'registration', ?, ? FROM n`,
    )
      .bind(at, at)
      .run();
    expect((await register(later)).status).toBe(201);
    expect((await register(later)).json.error).toBe("temporarily_unavailable");
    later.clock.advance(DAY + 1);
    expect((await register(later)).status).toBe(201);
    // The clocks of the other tests are behind these rows.
    await env.DB.prepare("DELETE FROM oauth_clients WHERE created_at >= ?").bind(at).run();
  });
});

describe("the hourly purge", () => {
  it("deletes a registered client that was never used after 7 days, and no other", async () => {
    const own = startRegistration();
    const [unused, used, granted] = [await register(own), await register(own), await register(own)].map(
      ({ json }) => json.client_id as string,
    ) as [string, string, string];
    await env.DB.prepare("UPDATE oauth_clients SET last_used_at = 1 WHERE id = ?").bind(used).run();
    const accountId = await accountIdOf((await registerVerifiedUser(own)).email);
    await insertGrant(granted, accountId, own.clock.now());
    await env.DB.prepare(
      "INSERT INTO oauth_clients SELECT 'by-an-admin', name, logo_uri, client_uri, type, auth_method, jwks, jwks_uri, redirect_uris, post_logout_redirect_uris, grant_types, resources, scopes, is_first_party, requires_pushed_requests, id_token_alg, access_token_ttl, refresh_idle_ttl, refresh_max_ttl, refresh_grace_seconds, rotates_refresh_tokens, backchannel_logout_uri, 'admin', NULL, created_at, updated_at, NULL FROM oauth_clients WHERE id = ?",
    )
      .bind(unused)
      .run();
    own.clock.advance(7 * DAY);
    await own.runCron(EVERY_HOUR);
    expect(await existing(unused)).toBe("registration");
    own.clock.advance(1);
    await own.runCron(EVERY_HOUR);
    expect([
      await existing(unused),
      await existing(used),
      await existing(granted),
      await existing("by-an-admin"),
    ]).toEqual([null, "registration", "registration", "admin"]);
  });
});

describe("a registered client", () => {
  it("is refused everywhere while CLIENT_REGISTRATION is off", async () => {
    const { json } = await register(service, {
      redirect_uris: [CALLBACK],
      grant_types: ["authorization_code", "refresh_token"],
      scope: "openid",
    });
    const form = { client_id: json.client_id, grant_type: "authorization_code", code: "x" };
    const errorOf = async (of: Service, path: string) =>
      JSON.parse((await postForm(of, path, { ...form, token: "x" })).text).error;
    const without = startService({ env: { RESOURCES } });
    for (const path of ["/oauth/token", "/oauth/par", "/oauth/device_authorization", "/oauth/revoke"])
      expect([path, await errorOf(without, path)]).toEqual([path, "invalid_client"]);
    expect(await errorOf(service, "/oauth/token")).toBe("invalid_request");
    const query = new URLSearchParams({ client_id: json.client_id, redirect_uri: CALLBACK });
    for (const page of ["/oauth/authorize", "/oauth/logout"]) {
      const answer = await without.call("GET", `${page}?${query}`, undefined, undefined, {
        Accept: "text/html",
      });
      expect([page, answer.status]).toEqual([page, 400]);
    }
  });

  it("cannot refresh while CLIENT_REGISTRATION is off, and goes on once it is on again", async () => {
    const client = await createClient(service, {
      ...{ source: "registration", type: "public", authMethod: "none" },
      ...{ resources: [], scopes: ["openid"] },
    });
    const tokens = await authorizeClient(service, client, { resource: "", scope: "openid" });
    const without = startService({ env: { RESOURCES }, clock: service.clock });
    expect(oauthErrorOf(await refresh(without, client, tokens.refresh_token))).toBe("invalid_client");
    expect((await refresh(service, client, tokens.refresh_token)).status).toBe(200);
  });
});
