import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { newApiKey } from "../../../src/api-keys/key-format.ts";
import { createKey } from "../../support/api-keys.ts";
import {
  authorizeClient,
  basicOf,
  createClient,
  credentialsOf,
  errorOf,
  FILES,
  familyOf,
  ISSUER,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
  refresh,
  requestTokens,
  signedInUser,
  type TestClient,
  tokensOf,
  USERINFO,
  withOtherSignature,
} from "../../support/oauth.ts";
import { type Service, startService } from "../../support/service.ts";

const service = startService({ env: { ...RESOURCE_VARIABLES, CLIENT_REGISTRATION: "on" } });
const INACTIVE = { active: false };

const introspect = async (client: TestClient, token: string, from: Service = service) =>
  jsonOf(await postForm(from, "/oauth/introspect", { ...credentialsOf(client), token }));

/** A resource server: a client that is registered for one resource. */
const resourceServer = (resource: string) => createClient(service, { resources: [resource], grantTypes: [] });

describe("introspection of an access token", () => {
  it("states the token of a user to the resource server of its audience", async () => {
    const client = await createClient(service);
    const { access_token: token, user } = await authorizeClient(service, client);
    const claims = decodeJwt(token);
    expect(await introspect(await resourceServer(NOTES), token)).toEqual({
      ...{ active: true, token_type: "Bearer", iss: ISSUER, aud: [NOTES, USERINFO], sub: user.accountId },
      ...{ client_id: client.id, scope: "email notes:read openid profile", sid: claims.sid },
      ...{ iat: claims.iat, exp: claims.exp, auth_time: claims.auth_time },
      ...{ acr: "urn:gatehouse:acr:1fa", amr: ["pwd"], role: "user" },
    });
  });

  it("states the token of a machine", async () => {
    const client = await createClient(service);
    const grant = { grant_type: "client_credentials", resource: NOTES };
    const { access_token: token } = tokensOf(await requestTokens(service, client, grant));
    const { iat, exp } = decodeJwt(token);
    const server = await resourceServer(NOTES);
    expect(await introspect(server, token)).toEqual({
      ...{
        active: true,
        token_type: "Bearer",
        iss: ISSUER,
        aud: NOTES,
        sub: client.id,
        client_id: client.id,
      },
      ...{ scope: "notes:read notes:write", iat, exp },
    });
    await env.DB.prepare("DELETE FROM oauth_clients WHERE id = ?").bind(client.id).run();
    expect(await introspect(server, token)).toEqual(INACTIVE);
  });

  it.each(["registration", "metadata"] as const)(
    "states nothing to a client of the source %s, which requests the resource but does not serve it",
    async (source) => {
      const { access_token: token } = await authorizeClient(service, await createClient(service));
      const metadataExpiresAt = source === "metadata" ? service.clock.now() + 60_000 : null;
      const other = await createClient(service, { source, metadataExpiresAt, resources: [NOTES] });
      expect(await introspect(other, token)).toEqual(INACTIVE);
    },
  );

  it("states a token to its own client, and to no client of another audience", async () => {
    const client = await createClient(service);
    const { access_token: token } = await authorizeClient(service, client, { resource: "", scope: "openid" });
    expect(await introspect(client, token)).toMatchObject({ active: true, aud: USERINFO });
    const other = await authorizeClient(service, client);
    expect(await introspect(await resourceServer(FILES), other.access_token)).toEqual(INACTIVE);
    expect(await introspect(await resourceServer(NOTES), token)).toEqual(INACTIVE);
  });

  it("states a token of the service's own client for the resource", async () => {
    const { user } = await authorizeClient(service, await createClient(service));
    const answer = await service.post("/refresh", { refreshToken: user.refreshToken, audience: NOTES });
    const token = answer.body.data.token;
    expect(await introspect(await resourceServer(NOTES), token)).toMatchObject({
      ...{ active: true, client_id: "gatehouse", aud: NOTES, scope: "" },
    });
    expect(await introspect(await resourceServer(NOTES), user.token)).toEqual(INACTIVE);
  });

  it.each([
    ["the family has ended", "UPDATE sessions SET revoked_at = 1 WHERE account_id = ?"],
    ["the account is deactivated", "UPDATE accounts SET status = 'deactivated' WHERE id = ?"],
  ])("states nothing when %s", async (_name, change) => {
    const client = await createClient(service);
    const { access_token: token, user } = await authorizeClient(service, client);
    await env.DB.prepare(change).bind(user.accountId).run();
    expect(await introspect(client, token)).toEqual(INACTIVE);
  });

  it("states nothing of an expired token, an ID token, a changed token and other text", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const { access_token: token, id_token: idToken } = await authorizeClient(own, client);
    for (const text of [idToken, withOtherSignature(token), "nothing", "a.b.c"])
      expect(await introspect(client, text, own)).toEqual(INACTIVE);
    expect(await introspect(client, token, own)).toMatchObject({ active: true });
    own.clock.advance(900_000);
    expect(await introspect(client, token, own)).toEqual(INACTIVE);
  });
});

describe("introspection of a refresh token", () => {
  it("states the current one to its client alone", async () => {
    const client = await createClient(service);
    const { refresh_token: token, user } = await authorizeClient(service, client);
    const { exp } = decodeJwt(token);
    expect(await introspect(client, token)).toEqual({
      ...{
        active: true,
        iss: ISSUER,
        client_id: client.id,
        sub: user.accountId,
        sid: familyOf(token),
        aud: NOTES,
      },
      ...{ scope: "email notes:read openid profile", exp, auth_time: expect.any(Number) },
    });
    expect(await introspect(await createClient(service), token)).toEqual(INACTIVE);
    expect(await introspect(await resourceServer(NOTES), token)).toEqual(INACTIVE);
    expect(await introspect(client, user.refreshToken)).toEqual(INACTIVE);
  });

  it("states nothing of a rotated one after the grace period, and of an ended family", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const { refresh_token: first } = await authorizeClient(own, client);
    const { refresh_token: next } = tokensOf(await refresh(own, client, first));
    expect(await introspect(client, first, own)).toMatchObject({ active: true });
    own.clock.advance(10_001);
    expect(await introspect(client, first, own)).toEqual(INACTIVE);
    expect(await introspect(client, next, own)).toMatchObject({ active: true });
    // Introspection is no use of the token.
    expect((await refresh(own, client, next)).status).toBe(200);
    await postForm(own, "/oauth/revoke", { ...credentialsOf(client), token: next });
    expect(await introspect(client, next, own)).toEqual(INACTIVE);
  });
});

describe("the caller of introspection", () => {
  it("is an authenticated confidential client", async () => {
    const client = await createClient(service);
    const { access_token: token } = await authorizeClient(service, client);
    const isPublic = await createClient(service, { authMethod: "none" });
    const refused: Record<string, string>[] = [
      { client_id: client.id, client_secret: "wrong", token },
      { client_id: "unknown", client_secret: client.secret, token },
      { client_id: isPublic.id, token },
      { token },
    ];
    for (const form of refused) {
      const answer = await postForm(service, "/oauth/introspect", form);
      expect([answer.status, errorOf(answer)]).toEqual([401, "invalid_client"]);
    }
    const byHeader = await createClient(service, { authMethod: "client_secret_basic" });
    const answer = await postForm(
      service,
      "/oauth/introspect",
      { token },
      { Authorization: basicOf(byHeader) },
    );
    expect(jsonOf(answer)).toMatchObject({ active: true });
    expect(errorOf(await postForm(service, "/oauth/introspect", credentialsOf(client)))).toBe(
      "invalid_request",
    );
  });
});

describe("introspection of an API key", () => {
  const secondsOf = (text: string | null) => Math.floor(Date.parse(text ?? "") / 1000);

  it("states the key of a user to the resource server of its resource, in one round trip", async () => {
    const user = await signedInUser(service);
    const created = await createKey(service, user.token, { scopes: ["notes:write", "notes:read"] });
    const server = await resourceServer(NOTES);
    expect(await introspect(server, created.key)).toEqual({
      ...{ active: true, token_type: "api_key", iss: ISSUER, aud: NOTES, sub: user.accountId },
      ...{ scope: "notes:read notes:write", role: "user" },
      ...{ iat: expect.any(Number), exp: secondsOf(created.expiresAt) },
    });
    await introspect(server, created.key);
    expect(service.log.at(-1)?.d1).toBe(1);
  });

  it("states no expiry of a key that does not expire", async () => {
    const user = await signedInUser(service);
    const { key } = await createKey(service, user.token, { expiresInDays: null });
    expect(await introspect(await resourceServer(NOTES), key)).not.toHaveProperty("exp");
  });

  it("states nothing to a client of another resource, and does not count as a use of the key", async () => {
    const user = await signedInUser(service);
    const { key, id } = await createKey(service, user.token);
    const lastUse = () =>
      env.DB.prepare("SELECT last_used_at FROM api_keys WHERE id = ?").bind(id).first<number>("last_used_at");
    expect(await introspect(await resourceServer(FILES), key)).toEqual(INACTIVE);
    expect(await lastUse()).toBeNull();
    await introspect(await resourceServer(NOTES), key);
    expect(await lastUse()).toBe(service.clock.now());
  });

  it("needs an authenticated client", async () => {
    const { key } = await createKey(service, (await signedInUser(service)).token);
    const isPublic = await createClient(service, { authMethod: "none", resources: [NOTES] });
    const answer = await postForm(service, "/oauth/introspect", { client_id: isPublic.id, token: key });
    expect([answer.status, errorOf(answer)]).toEqual([401, "invalid_client"]);
  });

  it("states nothing of a key with another secret, an expired or revoked key, or one of a user who may not sign in", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const server = await resourceServer(NOTES);
    const user = await signedInUser(own);
    const [expiring, revoked, other] = [
      await createKey(own, user.token, { expiresInDays: 1 }),
      await createKey(own, user.token, { expiresInDays: 30 }),
      await createKey(own, user.token, { expiresInDays: 30 }),
    ];
    const { key: foreign } = await newApiKey();
    expect(await introspect(server, foreign, own)).toEqual(INACTIVE);
    // The id of a key with the secret of another one.
    await env.DB.prepare("UPDATE api_keys SET secret_hash = 'another' WHERE id = ?").bind(other.id).run();
    expect(await introspect(server, other.key, own)).toEqual(INACTIVE);
    await own.call("DELETE", `/api/auth/me/keys/${revoked.id}`, undefined, user.token);
    expect(await introspect(server, revoked.key, own)).toEqual(INACTIVE);
    expect(await introspect(server, expiring.key, own)).toMatchObject({ active: true });
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE id = ?")
      .bind(user.accountId)
      .run();
    expect(await introspect(server, expiring.key, own)).toEqual(INACTIVE);
    await env.DB.prepare("UPDATE accounts SET status = 'active' WHERE id = ?").bind(user.accountId).run();
    own.clock.advance(86_400_000);
    expect(await introspect(server, expiring.key, own)).toEqual(INACTIVE);
  });
});
