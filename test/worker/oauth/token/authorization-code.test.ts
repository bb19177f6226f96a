import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { TOKEN_KINDS } from "../../../../src/sessions/token-kinds.ts";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  authorizeClient,
  authorizedCode,
  createClient,
  errorOf,
  FILES,
  familyOf,
  ISSUER,
  jsonOf,
  NOTES,
  RESOURCE_VARIABLES,
  redeem,
  refresh,
  requestTokens,
  signedInUser,
  type TestClient,
  tokensOf,
  USERINFO,
} from "../../../support/oauth.ts";
import { startService } from "../../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });

const keySet = async () => JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
const sessionRow = (id: string) =>
  env.DB.prepare("SELECT * FROM sessions WHERE id = ?").bind(id).first<Record<string, unknown>>();

describe("the tokens of an authorization code", () => {
  it("are an access token for the resource and userinfo, an ID token, and a refresh token", async () => {
    const client = await createClient(service);
    const user = await signedInUser(service);
    const code = await authorizedCode(service, { user, client });
    const answer = await redeem(service, client, code);
    expect([answer.headers.get("Cache-Control"), answer.headers.get("Pragma")]).toEqual([
      "no-store",
      "no-cache",
    ]);
    expect(jsonOf(answer)).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 900,
      scope: "email notes:read openid profile",
      refresh_token: expect.any(String),
      id_token: expect.any(String),
    });
    const tokens = tokensOf(answer);
    const keys = createLocalJWKSet(await keySet());
    const access = await jwtVerify(tokens.access_token, keys, {
      ...{ issuer: ISSUER, audience: NOTES, typ: "at+jwt", algorithms: ["ES256"] },
      currentDate: new Date(service.clock.now()),
    });
    const now = Math.floor(service.clock.now() / 1000);
    expect(access.payload).toEqual({
      ...{ iss: ISSUER, aud: [NOTES, USERINFO], sub: user.accountId, client_id: client.id },
      ...{ sid: expect.any(String), jti: expect.any(String), iat: now, exp: now + 900 },
      ...{
        auth_time: now,
        acr: "urn:gatehouse:acr:1fa",
        amr: ["pwd"],
        scope: "email notes:read openid profile",
      },
      ...{ role: "user", email: user.email, email_verified: true, name: "Ada" },
    });
    const id = await jwtVerify(tokens.id_token, keys, {
      ...{ issuer: ISSUER, audience: client.id, typ: "JWT", algorithms: ["RS256"] },
      currentDate: new Date(service.clock.now()),
    });
    const digest = new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(tokens.access_token)),
    );
    const half = btoa(String.fromCharCode(...digest.subarray(0, 16)));
    expect(id.payload).toEqual({
      ...{ iss: ISSUER, aud: client.id, sub: user.accountId, iat: now, exp: now + 900, nonce: "the nonce" },
      ...{ auth_time: now, acr: "urn:gatehouse:acr:1fa", amr: ["pwd"], sid: access.payload.sid },
      at_hash: half.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
      ...{ email: user.email, email_verified: true, name: "Ada", given_name: "Ada" },
      ...{ locale: expect.any(String), updated_at: now },
    });
    expect(id.payload.sid).not.toBe(user.sessionId);
  });

  it("have the claims of their kinds, and none that belongs to another", async () => {
    const client = await createClient(service);
    const tokens = await authorizeClient(service, client);
    const kinds = {
      userAccess: tokens.access_token,
      idToken: tokens.id_token,
      refresh: tokens.refresh_token,
    };
    for (const [name, token] of Object.entries(kinds)) {
      const kind = TOKEN_KINDS[name as keyof typeof kinds];
      const claims = Object.keys(decodeJwt(token));
      expect([name, ...kind.claims.filter((claim) => !claims.includes(claim))]).toEqual([name]);
      expect([name, ...kind.without.filter((claim) => claims.includes(claim))]).toEqual([name]);
      expect(decodeProtectedHeader(token).typ).toBe(kind.typ);
      expect(kind.algs).toContain(decodeProtectedHeader(token).alg);
    }
  });

  it.each([
    ["no resource", { resource: "", scope: "openid" }, USERINFO],
    ["a resource without openid", { resource: NOTES, scope: "notes:read" }, NOTES],
    ["another resource with openid", { resource: FILES, scope: "files:read openid" }, [FILES, USERINFO]],
  ])("are for the audience of the request: %s", async (_name, authorization, audience) => {
    const tokens = await authorizeClient(service, await createClient(service), authorization);
    const { aud, email, email_verified: verified, name } = decodeJwt(tokens.access_token);
    expect({ aud, email, verified, name }).toEqual({ aud: audience });
    expect(tokens.id_token !== undefined).toBe(authorization.scope.includes("openid"));
  });

  it("are an ES256 ID token for a client that is registered for it", async () => {
    const tokens = await authorizeClient(service, await createClient(service, { idTokenAlg: "ES256" }));
    expect(decodeProtectedHeader(tokens.id_token)).toMatchObject({ alg: "ES256", typ: "JWT" });
    await jwtVerify(tokens.id_token, createLocalJWKSet(await keySet()), {
      algorithms: ["ES256"],
      typ: "JWT",
    });
  });

  it("live as long as the client is registered for, at most a day", async () => {
    const short = await createClient(service, {
      accessTokenTtl: 60,
      refreshIdleTtl: 120,
      refreshMaxTtl: 600,
    });
    const tokens = await authorizeClient(service, short, { scope: "notes:read offline_access" });
    expect(tokens.expires_in).toBe(60);
    const now = service.clock.now();
    expect(await sessionRow(familyOf(tokens.access_token))).toMatchObject({
      idle_expires_at: now + 120_000,
      expires_at: now + 600_000,
    });
    const long = await createClient(service, { accessTokenTtl: 7 * 86_400 });
    expect((await authorizeClient(service, long)).expires_in).toBe(86_400);
  });

  it("are a family of the grant, the client and the browser session", async () => {
    const client = await createClient(service);
    const first = await authorizeClient(service, client);
    expect(await sessionRow(familyOf(first.access_token))).toMatchObject({
      ...{ account_id: first.user.accountId, client_id: client.id, grant_id: first.grantId, audience: NOTES },
      ...{ parent_id: first.user.sessionId, scope: "email notes:read openid profile" },
      ...{ generation: 1, voided_generations: 0, amr: "pwd" },
    });
    // A second device never signs out the first.
    const second = await authorizeClient(service, client, { user: first.user });
    expect(second.grantId).toBe(first.grantId);
    expect(familyOf(second.access_token)).not.toBe(familyOf(first.access_token));
    expect((await refresh(service, client, first.refresh_token)).status).toBe(200);
    expect((await refresh(service, client, second.refresh_token)).status).toBe(200);
  });

  it("have no refresh token without the grant type, and their family can still be revoked", async () => {
    const client = await createClient(service, { grantTypes: ["authorization_code"] });
    const tokens = await authorizeClient(service, client);
    expect(tokens.refresh_token).toBeUndefined();
    expect(await sessionRow(familyOf(tokens.access_token))).toMatchObject({
      client_id: client.id,
      revoked_at: null,
    });
  });

  it("end with the browser session, except those with offline_access", async () => {
    const client = await createClient(service);
    const online = await authorizeClient(service, client);
    const { user } = online;
    const offline = await authorizeClient(service, client, { user, scope: "notes:read offline_access" });
    expect((await service.post("/logout", undefined, user.token)).status).toBe(200);
    expect(errorOf(await refresh(service, client, online.refresh_token))).toBe("invalid_grant");
    expect((await refresh(service, client, offline.refresh_token)).status).toBe(200);
    expect(await sessionRow(familyOf(offline.access_token))).toMatchObject({ parent_id: null });
  });

  it("state the last authentication of the browser session", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const user = await signedInUser(own);
    const signedInAt = Math.floor(own.clock.now() / 1000);
    own.clock.advance(600_000);
    await env.DB.prepare("UPDATE sessions SET amr = 'pwd otp mfa' WHERE id = ?").bind(user.sessionId).run();
    const claims = decodeJwt((await authorizeClient(own, client, { user })).id_token);
    expect(claims).toMatchObject({
      auth_time: signedInAt,
      acr: "urn:gatehouse:acr:2fa",
      amr: ["pwd", "otp", "mfa"],
    });
    const reauthenticate = async (column: "reauthenticated_at" | "auth_time") => {
      await env.DB.prepare(`UPDATE sessions SET ${column} = ? WHERE id = ?`)
        .bind(own.clock.now(), user.sessionId)
        .run();
      return decodeJwt((await authorizeClient(own, client, { user })).id_token).auth_time;
    };
    // By a weaker method than the sign-in had, and by as strong ones.
    expect(await reauthenticate("reauthenticated_at")).toBe(signedInAt);
    expect(await reauthenticate("auth_time")).toBe(signedInAt + 600);
  });
});

describe("an authorization code", () => {
  type Code = Awaited<ReturnType<typeof authorizedCode>>;
  type Attempt = (code: Code) => Promise<Awaited<ReturnType<typeof redeem>>>;
  let another: TestClient;
  let client: TestClient;
  beforeAll(async () => {
    another = await createClient(service);
    client = await createClient(service);
  });

  const attempts: [string, string, Attempt][] = [
    ["a wrong code", "invalid_grant", (code) => redeem(service, client, { ...code, code: "x".repeat(43) })],
    [
      "a wrong verifier",
      "invalid_grant",
      (code) => redeem(service, client, { ...code, verifier: "x".repeat(43) }),
    ],
    ["a short verifier", "invalid_grant", (code) => redeem(service, client, { ...code, verifier: "short" })],
    ["no verifier", "invalid_request", (code) => redeem(service, client, code, { code_verifier: "" })],
    ["another client", "invalid_grant", (code) => redeem(service, another, code)],
    [
      "another redirect URI",
      "invalid_grant",
      (code) => redeem(service, client, code, { redirect_uri: "https://client.example.com/callback/" }),
    ],
    ["another resource", "invalid_target", (code) => redeem(service, client, code, { resource: FILES })],
  ];

  it.each(attempts)("is refused with %s, and stays valid", async (_name, error, attempt) => {
    const code = await authorizedCode(service, { user: await signedInUser(service), client });
    const answer = await attempt(code);
    expect([answer.status, errorOf(answer)]).toEqual([400, error]);
    const { access_token: token } = tokensOf(await redeem(service, client, code));
    // A wrong attempt after the redemption revokes nothing either.
    await attempt(code);
    const isReplay = error === "invalid_target" || _name === "another redirect URI";
    expect(await sessionRow(familyOf(token))).toMatchObject({
      revoked_at: isReplay ? expect.any(Number) : null,
    });
  });

  it("needs no redirect URI, which its verifier replaces (OAuth 2.1 §4.1.3)", async () => {
    const code = await authorizedCode(service, { user: await signedInUser(service), client });
    const answer = await requestTokens(service, client, {
      ...{ grant_type: "authorization_code", code: code.code, code_verifier: code.verifier, resource: NOTES },
    });
    expect(answer.status).toBe(200);
  });

  it("expires after a minute", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const [valid, expired] = await Promise.all(
      [0, 1].map(async () => authorizedCode(own, { user: await signedInUser(own), client })),
    );
    own.clock.advance(59_999);
    expect((await redeem(own, client, valid as Code)).status).toBe(200);
    own.clock.advance(1);
    expect(errorOf(await redeem(own, client, expired as Code))).toBe("invalid_grant");
  });

  it.each([
    ["the session has ended", "UPDATE sessions SET revoked_at = 1 WHERE account_id = ?"],
    ["the session is idle", "UPDATE sessions SET idle_expires_at = 1 WHERE account_id = ?"],
    ["the account is deactivated", "UPDATE accounts SET status = 'deactivated' WHERE id = ?"],
    ["the grant was revoked", "DELETE FROM oauth_grants WHERE account_id = ?"],
    [
      "the session belongs to an app",
      "UPDATE sessions SET client_id = 'https://app.example' WHERE account_id = ?",
    ],
  ])("is invalid when %s", async (_name, change) => {
    const user = await signedInUser(service);
    const code = await authorizedCode(service, { user, client });
    await env.DB.prepare(change).bind(user.accountId).run();
    expect(errorOf(await redeem(service, client, code))).toBe("invalid_grant");
  });

  it("opens one family of 50 parallel redemptions, which the replays end", async () => {
    const user = await signedInUser(service);
    const code = await authorizedCode(service, { user, client });
    const isolates = [
      service,
      ...Array.from({ length: 4 }, () => startService({ env: RESOURCE_VARIABLES, clock: service.clock })),
    ];
    const answers = await inParallel(50, (index) => redeem(isolates[index % 5] ?? service, client, code));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(answers.filter(({ status }) => status === 400).map(errorOf)).toEqual(
      Array(49).fill("invalid_grant"),
    );
    const [winner] = answers.filter(({ status }) => status === 200).map(tokensOf);
    const families = "SELECT count(*) AS n FROM sessions WHERE account_id = ? AND grant_id IS NOT NULL";
    expect(await env.DB.prepare(families).bind(user.accountId).first("n")).toBe(1);
    expect(await sessionRow(familyOf(winner?.access_token ?? ""))).toMatchObject({
      revoked_at: expect.any(Number),
    });
    expect(errorOf(await refresh(service, client, winner?.refresh_token ?? ""))).toBe("invalid_grant");
    const events = "SELECT type FROM audit_events WHERE account_id = ? ORDER BY type";
    const { results } = await env.DB.prepare(events).bind(user.accountId).all<{ type: string }>();
    const types = results.map(({ type }) => type);
    expect(types.filter((type) => type === "client_session_opened")).toHaveLength(1);
    expect(types.filter((type) => type === "authorization_code_reused")).toHaveLength(1);
  });
});

it("records the use of the client, at most once an hour", async () => {
  const own = startService({ env: RESOURCE_VARIABLES });
  const client = await createClient(own);
  const lastUse = () =>
    env.DB.prepare("SELECT last_used_at AS at FROM oauth_clients WHERE id = ?").bind(client.id).first("at");
  expect((await redeem(own, client, { code: "unknown", verifier: "v".repeat(43) })).status).toBe(400);
  expect(await lastUse()).toBeNull();
  const { refresh_token: token } = await authorizeClient(own, client);
  const first = own.clock.now();
  expect(await lastUse()).toBe(first);
  own.clock.advance(3_599_999);
  const next = tokensOf(await refresh(own, client, token)).refresh_token;
  expect(await lastUse()).toBe(first);
  own.clock.advance(1);
  await refresh(own, client, next);
  expect(await lastUse()).toBe(first + 3_600_000);
  const machine = await createClient(own, { resources: [NOTES] });
  await requestTokens(own, machine, { grant_type: "client_credentials" });
  const used = "SELECT last_used_at AS at FROM oauth_clients WHERE id = ?";
  expect(await env.DB.prepare(used).bind(machine.id).first("at")).toBe(own.clock.now());
});
