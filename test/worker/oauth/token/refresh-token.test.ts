import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  authorizeClient,
  createClient,
  errorOf,
  FILES,
  familyOf,
  ISSUER,
  jsonOf,
  NOTES,
  RESOURCE_VARIABLES,
  refresh,
  signedInUser,
  type TestClient,
  tokensOf,
  USERINFO,
  withOtherSignature,
} from "../../../support/oauth.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { subjectsTo } from "../../../support/users.ts";

const start = (variables: object = {}, clock = createTestClock()) =>
  startService({ env: { ...RESOURCE_VARIABLES, ...variables }, clock });
const service = start();

const session = (token: string) =>
  env.DB.prepare("SELECT * FROM sessions WHERE id = ?")
    .bind(familyOf(token))
    .first<Record<string, unknown>>();
const isLive = async (token: string) => (await session(token))?.revoked_at === null;
const refreshed = async (from: Service, client: TestClient, token: string) =>
  tokensOf(await refresh(from, client, token));

describe("a refresh by a client", () => {
  it("rotates the token, and returns an ID token without a nonce", async () => {
    const own = start();
    const client = await createClient(own);
    const first = await authorizeClient(own, client);
    own.clock.advance(60_000);
    const next = await refreshed(own, client, first.refresh_token);
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect(next.scope).toBe(first.scope);
    const [before, after] = [decodeJwt(first.access_token), decodeJwt(next.access_token)];
    expect(after).toEqual({
      ...before,
      jti: expect.any(String),
      iat: Number(before.iat) + 60,
      exp: Number(before.exp) + 60,
    });
    const { nonce: _, ...idBefore } = decodeJwt(first.id_token);
    const idAfter = decodeJwt(next.id_token);
    expect(idAfter).toEqual({
      ...idBefore,
      ...{ at_hash: expect.any(String), iat: Number(idBefore.iat) + 60, exp: Number(idBefore.exp) + 60 },
    });
  });

  it("returns the same successor to a retry within the grace period", async () => {
    const own = start();
    const client = await createClient(own);
    const { refresh_token: first } = await authorizeClient(own, client);
    const { refresh_token: successor } = await refreshed(own, client, first);
    own.clock.advance(10_000);
    // From another user agent: a client may be several servers.
    const again = await refresh(own, client, first);
    expect(tokensOf(again).refresh_token).toBe(successor);
    expect((await refresh(own, client, successor)).status).toBe(200);
  });

  it("issues a new generation to a retry after it, and voids the successor that never arrived", async () => {
    const own = start();
    const client = await createClient(own);
    const { refresh_token: first, user } = await authorizeClient(own, client);
    const { refresh_token: lost } = await refreshed(own, client, first);
    own.clock.advance(10_001);
    const { refresh_token: renewed, access_token: access } = await refreshed(own, client, first);
    expect(renewed).not.toBe(lost);
    expect(errorOf(await refresh(own, client, lost))).toBe("invalid_grant");
    expect(await isLive(access)).toBe(false);
    expect(errorOf(await refresh(own, client, renewed))).toBe("invalid_grant");
    expect(await subjectsTo(own, user.email)).toContainEqual(expect.stringMatching(/session|sign/i));
  });

  it("ends the family on the reuse of an older token, and tells the owner", async () => {
    const own = start();
    const client = await createClient(own);
    const { refresh_token: first, access_token: access, user } = await authorizeClient(own, client);
    const second = await refreshed(own, client, first);
    await refreshed(own, client, second.refresh_token);
    expect(errorOf(await refresh(own, client, first))).toBe("invalid_grant");
    expect(await isLive(access)).toBe(false);
    expect(await env.KV.get(`deny:sid:${familyOf(access)}`)).toBe("1");
    const events = "SELECT type FROM audit_events WHERE account_id = ? AND type = 'refresh_token_reused'";
    expect((await env.DB.prepare(events).bind(user.accountId).all()).results).toHaveLength(1);
    expect(await subjectsTo(own, user.email)).toHaveLength(1);
    // The session of the browser is not the client's.
    expect((await own.get("/me", user.token)).status).toBe(200);
  });

  it("leaves one live chain after 50 parallel requests", async () => {
    const client = await createClient(service);
    const { refresh_token: first, access_token: access } = await authorizeClient(service, client);
    const isolates = [service, ...Array.from({ length: 4 }, () => start({}, service.clock))];
    const answers = await inParallel(50, (index) => refresh(isolates[index % 5] ?? service, client, first));
    expect(statusCounts(answers)).toEqual({ 200: 50 });
    const successors = new Set(answers.map((answer) => tokensOf(answer).refresh_token));
    expect(successors.size).toBe(1);
    expect(await session(access)).toMatchObject({ generation: 2, revoked_at: null });
    const [successor = ""] = successors;
    expect((await refresh(service, client, successor)).status).toBe(200);
  });

  it.each([
    ["the client's own", { refreshGraceSeconds: 60 }, {}, 60_000],
    ["at most an hour", { refreshGraceSeconds: 7200 }, {}, 3_600_000],
    ["that of the configuration", {}, { REFRESH_GRACE_SECONDS: "30" }, 30_000],
    ["none", { refreshGraceSeconds: 0 }, {}, 0],
  ])("has a grace period: %s", async (_name, changes, variables, period) => {
    const own = start(variables);
    const client = await createClient(own, changes);
    const { refresh_token: first } = await authorizeClient(own, client);
    const { refresh_token: successor } = await refreshed(own, client, first);
    own.clock.advance(period);
    expect((await refreshed(own, client, first)).refresh_token).toBe(successor);
    own.clock.advance(1);
    expect((await refreshed(own, client, first)).refresh_token).not.toBe(successor);
  });

  it("has the grace period of the configuration in the first-party API, too", async () => {
    const own = start({ REFRESH_GRACE_SECONDS: "30" });
    const { refreshToken } = await signedInUser(own);
    const successor = (await own.post("/refresh", { refreshToken })).body.data.refreshToken;
    own.clock.advance(30_000);
    expect((await own.post("/refresh", { refreshToken })).body.data.refreshToken).toBe(successor);
    own.clock.advance(1);
    expect((await own.post("/refresh", { refreshToken })).body.data.refreshToken).not.toBe(successor);
  });

  it("logs a changed user agent, and accepts it", async () => {
    const client = await createClient(service);
    const { refresh_token: first, user } = await authorizeClient(service, client);
    await env.DB.prepare("UPDATE sessions SET user_agent = 'an older release' WHERE client_id = ?")
      .bind(client.id)
      .run();
    const { refresh_token: successor } = await refreshed(service, client, first);
    await env.DB.prepare("UPDATE sessions SET user_agent = 'an older release' WHERE client_id = ?")
      .bind(client.id)
      .run();
    expect((await refreshed(service, client, first)).refresh_token).toBe(successor);
    const events = "SELECT type FROM audit_events WHERE account_id = ? AND type = 'user_agent_changed'";
    expect((await env.DB.prepare(events).bind(user.accountId).all()).results.length).toBeGreaterThan(0);
  });

  it("keeps the token of a confidential client that does not rotate", async () => {
    const own = start();
    const client = await createClient(own, {
      rotatesRefreshTokens: false,
      refreshIdleTtl: 600,
      refreshMaxTtl: 1500,
    });
    const { refresh_token: token, access_token: access } = await authorizeClient(own, client);
    for (const _ of [1, 2]) {
      own.clock.advance(500_000);
      expect((await refreshed(own, client, token)).refresh_token).toBe(token);
    }
    expect(await session(access)).toMatchObject({ generation: 1 });
    own.clock.advance(500_000);
    expect(errorOf(await refresh(own, client, token))).toBe("invalid_grant");
    const idle = await createClient(own, { rotatesRefreshTokens: false, refreshIdleTtl: 600 });
    const { refresh_token: unused } = await authorizeClient(own, idle);
    own.clock.advance(600_000);
    expect(errorOf(await refresh(own, idle, unused))).toBe("invalid_grant");
  });

  it("rotates the token of a public client, whatever it is registered for", async () => {
    const client = await createClient(service, { authMethod: "none", rotatesRefreshTokens: false });
    const { refresh_token: first } = await authorizeClient(service, client);
    expect((await refreshed(service, client, first)).refresh_token).not.toBe(first);
  });
});

describe("the scopes of a refresh", () => {
  const granted = { scope: "email notes:read openid profile" };

  it("may be fewer than those granted, and the next refresh has all of them", async () => {
    const client = await createClient(service);
    const first = await authorizeClient(service, client, granted);
    const narrow = tokensOf(await refresh(service, client, first.refresh_token, { scope: "notes:read" }));
    const claims = decodeJwt(narrow.access_token);
    expect({ ...claims, id: narrow.id_token }).toMatchObject({
      aud: NOTES,
      scope: "notes:read",
      id: undefined,
    });
    expect(["email", "name"].filter((claim) => claim in claims)).toEqual([]);
    const next = await refreshed(service, client, narrow.refresh_token);
    expect([next.scope, decodeJwt(next.access_token).aud]).toEqual([granted.scope, [NOTES, USERINFO]]);
  });

  it.each(["notes:read notes:write", "notes:write", "phone", "offline_access", "files:read", "unknown"])(
    "are never more than those granted: %s",
    async (scope) => {
      const client = await createClient(service);
      const { refresh_token: token, access_token: access } = await authorizeClient(service, client, granted);
      expect(errorOf(await refresh(service, client, token, { scope }))).toBe("invalid_scope");
      // Nothing was spent.
      expect(await session(access)).toMatchObject({ generation: 1, revoked_at: null });
      expect((await refresh(service, client, token)).status).toBe(200);
    },
  );

  it("are those that the client may still request", async () => {
    const client = await createClient(service);
    const { refresh_token: token } = await authorizeClient(service, client, granted);
    await env.DB.prepare("UPDATE oauth_clients SET scopes = ? WHERE id = ?")
      .bind(JSON.stringify(["openid", "notes:read"]), client.id)
      .run();
    expect((await refreshed(service, client, token)).scope).toBe("notes:read openid");
  });

  it("are for the resource of the family alone", async () => {
    const client = await createClient(service);
    const { refresh_token: token, access_token: access } = await authorizeClient(service, client, granted);
    for (const resource of [FILES, ISSUER, `${ISSUER}/api/auth`, "gatehouse", "notes", `${NOTES}/`])
      expect(errorOf(await refresh(service, client, token, { resource }))).toBe("invalid_target");
    expect(errorOf(await refresh(service, client, token, { audience: "gatehouse", resource: FILES }))).toBe(
      "invalid_target",
    );
    expect(await session(access)).toMatchObject({ generation: 1, revoked_at: null });
    expect(
      decodeJwt(tokensOf(await refresh(service, client, token, { resource: NOTES })).access_token).aud,
    ).toEqual([NOTES, USERINFO]);
  });

  it("end with the resource: the client or the configuration no longer has it", async () => {
    const client = await createClient(service);
    const { refresh_token: token } = await authorizeClient(service, client, granted);
    const without = start(
      { RESOURCES: JSON.stringify([{ uri: FILES, scopes: { "files:read": "Read" } }]) },
      service.clock,
    );
    expect(errorOf(await refresh(without, client, token))).toBe("invalid_grant");
    await env.DB.prepare("UPDATE oauth_clients SET resources = ? WHERE id = ?")
      .bind(JSON.stringify([FILES]), client.id)
      .run();
    expect(errorOf(await refresh(service, client, token))).toBe("invalid_grant");
  });
});

describe("a refresh token", () => {
  it("works for its own client alone, and another client ends nothing", async () => {
    const [client, another, publicClient] = await Promise.all([
      createClient(service),
      createClient(service),
      createClient(service, { authMethod: "none" }),
    ]);
    const { refresh_token: token, access_token: access } = await authorizeClient(service, client);
    for (const other of [another, publicClient])
      expect(errorOf(await refresh(service, other, token))).toBe("invalid_grant");
    expect(await session(access)).toMatchObject({ generation: 1, revoked_at: null });
    expect((await refresh(service, client, token)).status).toBe(200);
  });

  it("of a client is refused by the API, and one of the API by the token endpoint", async () => {
    const client = await createClient(service);
    const { refresh_token: token, user } = await authorizeClient(service, client);
    for (const audience of [undefined, "gatehouse", "app", NOTES]) {
      const answer = await service.post("/refresh", { refreshToken: token, audience });
      expect([400, 401]).toContain(answer.status);
    }
    expect(errorOf(await refresh(service, client, user.refreshToken))).toBe("invalid_grant");
    expect((await service.post("/refresh", { refreshToken: user.refreshToken })).status).toBe(200);
    expect((await refresh(service, client, token)).status).toBe(200);
  });

  it.each([
    ["an access token", ({ access_token: token }) => token],
    ["an ID token", ({ id_token: token }) => token],
    ["a changed token", ({ refresh_token: token }) => withOtherSignature(token)],
    ["no token", () => "nothing"],
  ] as [string, (tokens: Awaited<ReturnType<typeof authorizeClient>>) => string][])(
    "cannot be replaced by %s",
    async (_name, choose) => {
      const client = await createClient(service);
      const tokens = await authorizeClient(service, client);
      const answer = await refresh(service, client, choose(tokens));
      expect([answer.status, errorOf(answer)]).toEqual([400, "invalid_grant"]);
    },
  );

  it.each([
    ["the account is deactivated", "UPDATE accounts SET status = 'deactivated' WHERE id = ?"],
    ["the family has ended", "UPDATE sessions SET revoked_at = 1 WHERE account_id = ?"],
    ["the family has expired", "UPDATE sessions SET expires_at = 1 WHERE account_id = ?"],
  ])("is refused when %s", async (_name, change) => {
    const client = await createClient(service);
    const { refresh_token: token, user } = await authorizeClient(service, client);
    await env.DB.prepare(change).bind(user.accountId).run();
    expect(errorOf(await refresh(service, client, token))).toBe("invalid_grant");
  });
});

it("answers an error in the format of RFC 6749 §5.2", async () => {
  const answer = await refresh(service, await createClient(service), "nothing");
  expect(Object.keys(jsonOf(answer)).sort()).toEqual(["error", "error_description"]);
  expect([answer.headers.get("Cache-Control"), answer.headers.get("Pragma")]).toEqual([
    "no-store",
    "no-cache",
  ]);
  expect(service.log.at(-1)).toMatchObject({ failure: "token_invalid", oauthError: "invalid_grant" });
});
