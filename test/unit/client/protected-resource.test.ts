import { Hono } from "hono";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { protectedResource, type TokenEnv } from "../../../src/client/hono.ts";
import { protectResource, type ResourceOptions } from "../../../src/client/index.ts";
import type { VerifyResult } from "../../../src/client/session.ts";
import { openIssuer } from "./issuer.ts";

// Real tokens, signed by jose, over a key set on loopback.

const RESOURCE = "https://api.example.com/mcp";
const METADATA = "https://api.example.com/.well-known/oauth-protected-resource/mcp";
const now = () => Math.floor(Date.now() / 1000);

async function open(changes: Partial<ResourceOptions> = {}) {
  const issuer = await openIssuer();
  const options: ResourceOptions = {
    resource: RESOURCE,
    authorizationServers: [issuer.url],
    scopes: ["notes:read", "notes:write"],
    name: "Notes",
    ...changes,
  };
  const api = protectedResource(options);
  const app = new Hono<TokenEnv>()
    .onError((error, c) => c.text(error.message, 500))
    .route("/", api.metadata)
    .get("/mcp", api.requireToken({ scopes: ["notes:read"] }), (c) => c.text(c.var.token.userId))
    .get("/any", api.requireToken({ callers: "all" }), (c) => c.text(c.var.token.kind))
    .get("/machines", api.requireToken({ callers: "machines" }), (c) => c.text(c.var.token.clientId))
    .get("/pay", api.requireToken({ maxAge: 300, acr: "urn:gatehouse:acr:2fa" }), (c) => c.text("paid"))
    .get("/strict", api.requireToken({ strict: true }), (c) => c.text("in"));
  const userToken = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    issuer.sign(
      {
        iss: issuer.url,
        aud: RESOURCE,
        sub: "u",
        client_id: "spa",
        scope: "notes:read",
        sid: "s",
        jti: "j",
        iat: now(),
        exp: now() + 900,
        auth_time: now() - 60,
        acr: "urn:gatehouse:acr:2fa",
        amr: ["pwd", "otp", "mfa"],
        role: "user",
        ...claims,
      },
      header,
    );
  const ask = (path: string, token?: string) =>
    app.request(`https://api.example.com${path}`, {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    });
  return { issuer, options, app, ask, userToken };
}

const challengeOf = (answer: Response) => answer.headers.get("WWW-Authenticate");

describe("the metadata document", () => {
  it.each(["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"])(
    "is served at %s for any origin",
    async (path) => {
      const { ask, issuer } = await open();
      const answer = await ask(path);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(answer.headers.get("Cache-Control")).toBe("public, max-age=3600");
      expect(await answer.json()).toEqual({
        resource: RESOURCE,
        authorization_servers: [issuer.url],
        scopes_supported: ["notes:read", "notes:write"],
        bearer_methods_supported: ["header"],
        resource_name: "Notes",
      });
    },
  );

  it("is not served for another path of the host", async () => {
    const { ask } = await open();
    expect((await ask("/.well-known/oauth-protected-resource/other")).status).toBe(404);
  });

  it("answers the preflight of a browser that sends MCP-Protocol-Version", async () => {
    const { app } = await open();
    const answer = await app.request(METADATA, { method: "OPTIONS" });
    expect([answer.status, answer.headers.get("Access-Control-Allow-Headers")]).toEqual([204, "*"]);
  });

  it.each([
    ["https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource"],
    ["https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource"],
    [
      "https://api.example.com/a/b?c=d",
      "https://api.example.com/.well-known/oauth-protected-resource/a/b?c=d",
    ],
  ])("of the resource %s is at %s", (resource, url) => {
    const options = { resource, authorizationServers: ["https://auth.example.com"], scopes: [] };
    expect(protectResource(options).metadataUrl).toBe(url);
  });

  it.each<Partial<ResourceOptions>>([
    { resource: "notes" },
    { resource: "http://api.example.com" },
    { resource: "https://api.example.com/#a" },
    { authorizationServers: [] },
    { authorizationServers: ["https://auth.example.com/"] },
  ])("is refused for the options %j", (changes) => {
    const options = { resource: RESOURCE, authorizationServers: ["https://auth.example.com"], scopes: [] };
    expect(() => protectResource({ ...options, ...changes })).toThrow(TypeError);
  });
});

describe("requireToken", () => {
  it("accepts a user's token and sets it", async () => {
    const { ask, userToken } = await open();
    const answer = await ask("/mcp", await userToken());
    expect([answer.status, await answer.text()]).toEqual([200, "u"]);
    // With `openid`, the userinfo URL is an audience too.
    expect(
      (await ask("/mcp", await userToken({ aud: [RESOURCE, "https://a.test/oauth/userinfo"] }))).status,
    ).toBe(200);
  });

  it("reads the options of each request", async () => {
    const { options, userToken } = await open();
    type Bindings = { Bindings: { RESOURCE: string } };
    const api = protectedResource<Bindings>(({ env }) => ({ ...options, resource: env.RESOURCE }));
    const app = new Hono<Bindings>().use(api.requireToken()).get("/", (c) => c.text(c.var.token.userId));
    const headers = { Authorization: `Bearer ${await userToken()}` };
    expect((await app.request("/", { headers }, { RESOURCE })).status).toBe(200);
    expect((await app.request("/", { headers }, { RESOURCE: "https://other.example.com" })).status).toBe(401);
  });

  it.each([undefined, "Basic dTpw", "bearertoken"])(
    "answers the header %s with a challenge that names the metadata and the scopes, and with no error",
    async (header) => {
      const { app } = await open();
      const answer = await app.request(RESOURCE, {
        headers: header === undefined ? {} : { Authorization: header },
      });
      expect(answer.status).toBe(401);
      expect(challengeOf(answer)).toBe(`Bearer scope="notes:read", resource_metadata="${METADATA}"`);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
    },
  );

  const invalid: Record<string, Record<string, unknown>> = {
    "another audience": { aud: "https://other.example.com" },
    "a prefix as audience": { aud: "https://api.example.com" },
    "no audience": { aud: undefined },
    "another issuer": { iss: "https://evil.example.com" },
    "no issuer": { iss: undefined },
    "no expiry": { exp: undefined },
    "an expiry in the past": { exp: now() - 1 },
    "a start in the future": { nbf: now() + 600 },
    "no client": { client_id: undefined },
    "no subject": { sub: undefined },
    "no jti": { jti: undefined },
    "a scope of another type": { scope: ["notes:read"] },
  };
  it.each(Object.entries(invalid))("refuses a token with %s", async (_name, claims) => {
    const { ask, userToken } = await open();
    const answer = await ask("/mcp", await userToken(claims));
    expect(answer.status).toBe(401);
    expect(challengeOf(answer)).toMatch(/^Bearer error="invalid_token", error_description="[^"]+", scope=/);
  });

  it.each(["JWT", undefined, "rt+jwt", "logout+jwt"])("refuses a token of the type %s", async (typ) => {
    const { ask, userToken } = await open();
    expect((await ask("/mcp", await userToken({}, { typ }))).status).toBe(401);
  });

  it("refuses other algorithms, foreign keys, and keys in the header", async () => {
    const { ask, issuer } = await open();
    const claims = {
      iss: issuer.url,
      aud: RESOURCE,
      sub: "u",
      client_id: "c",
      scope: "notes:read",
      jti: "j",
    };
    const times = { iat: now(), exp: now() + 60 };
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const foreign = (header: object) =>
      new SignJWT({ ...claims, ...times })
        .setProtectedHeader({ alg: "ES256", kid: "first", typ: "at+jwt", ...header })
        .sign(privateKey);
    const hmac = new SignJWT({ ...claims, ...times })
      .setProtectedHeader({ alg: "HS256", kid: "first", typ: "at+jwt" })
      .sign(new TextEncoder().encode("a secret of 32 bytes or even more"));
    const tokens = [
      await foreign({}),
      await foreign({ jwk: await exportJWK(publicKey) }),
      await foreign({ jku: `${issuer.url}/evil.json` }),
      await hmac,
      new UnsecuredJWT({ ...claims, ...times }).encode(),
      "garbage",
      "",
      "a b",
      "x".repeat(9000),
    ];
    for (const token of tokens) expect((await ask("/mcp", token)).status).toBe(401);
  });

  it("answers a missing scope with 403 and the scopes of the operation", async () => {
    const { ask, userToken } = await open();
    for (const scope of ["", "notes:write", "notes:read2 openid", undefined]) {
      const answer = await ask("/mcp", await userToken({ scope }));
      expect([answer.status, await answer.json()]).toMatchObject([403, { error: "insufficient_scope" }]);
      expect(challengeOf(answer)).toMatch(/^Bearer error="insufficient_scope", .*scope="notes:read"/);
    }
  });

  it("distinguishes machines from users by the requirement", async () => {
    const { ask, userToken } = await open();
    const machine = await userToken({ sub: "spa", sid: undefined, auth_time: undefined });
    expect((await ask("/mcp", machine)).status).toBe(403);
    expect((await ask("/pay", machine)).status).toBe(403);
    expect(await (await ask("/any", machine)).text()).toBe("machine");
    expect(await (await ask("/machines", machine)).text()).toBe("spa");
    expect((await ask("/machines", await userToken())).status).toBe(403);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["a recent second factor", {}, 200],
    ["a passkey, which is stronger", { acr: "phr" }, 200],
    ["one factor", { acr: "urn:gatehouse:acr:1fa" }, 401],
    ["no class", { acr: undefined }, 401],
    ["an unknown class", { acr: "0" }, 401],
    ["an authentication long ago", { auth_time: now() - 600 }, 401],
    ["no time of the authentication", { auth_time: undefined }, 401],
  ])("asks for a step-up (RFC 9470) unless the token has %s", async (_name, claims, status) => {
    const { ask, userToken } = await open();
    const answer = await ask("/pay", await userToken(claims));
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(challengeOf(answer)).toMatch(
      /^Bearer error="insufficient_user_authentication", .*acr_values="urn:gatehouse:acr:2fa", max_age="300"$/,
    );
  });

  it("answers with 503 while the key set is unreachable", async () => {
    const { ask, userToken, issuer } = await open();
    issuer.answerWith((_request, response) => void response.writeHead(500).end());
    const answer = await ask("/mcp", await userToken());
    expect([answer.status, answer.headers.get("Retry-After"), challengeOf(answer)]).toEqual([503, "5", null]);
  });

  it("fetches the key set over a service binding", async () => {
    const requests: string[] = [];
    const { ask, userToken } = await open({
      fetch: (url, init) => {
        requests.push(url);
        return fetch(url, init);
      },
    });
    expect((await ask("/mcp", await userToken())).status).toBe(200);
    expect(requests).toEqual([expect.stringMatching(/\/\.well-known\/jwks\.json$/)]);
  });
});

describe("requireToken with a verifier", () => {
  const withVerifier = (result: VerifyResult | { ok: true }) => {
    const calls: unknown[] = [];
    const verifier = {
      canBeStrict: true as const,
      verify: async (token: string, options?: object) => {
        calls.push([token, options]);
        return result as VerifyResult;
      },
    };
    return { calls, verifier };
  };

  it("asks for each user's token, strictly where required, and not for machines", async () => {
    const { calls, verifier } = withVerifier({ ok: true });
    const { ask, userToken } = await open({ verifier });
    const token = await userToken();
    expect((await ask("/mcp", token)).status).toBe(200);
    expect((await ask("/strict", token)).status).toBe(200);
    expect((await ask("/any", await userToken({ sub: "spa" }))).status).toBe(200);
    expect(calls).toEqual([
      [token, { strict: false }],
      [token, { strict: true }],
    ]);
  });

  it.each([
    ["session_ended", 401],
    ["token_invalid", 401],
    ["unavailable", 503],
    ["forbidden", 500],
    ["bad_request", 500],
  ] as const)("answers %s with %i", async (reason, status) => {
    const { verifier } = withVerifier({ ok: false, reason });
    const { ask, userToken } = await open({ verifier });
    expect((await ask("/mcp", await userToken())).status).toBe(status);
  });

  it("throws for strict without a verifier", async () => {
    const { ask, userToken } = await open();
    const answer = await ask("/strict", await userToken());
    expect(await answer.text()).toBe("strict needs a verifier over a service binding");
  });
});

describe("protectResource", () => {
  it("authorizes a request of any framework", async () => {
    const { options, userToken } = await open();
    const api = protectResource(options);
    const request = new Request(RESOURCE, { headers: { Authorization: `Bearer ${await userToken()}` } });
    const result = await api.authorize(request, { scopes: ["notes:read"] });
    expect(result).toMatchObject({
      ok: true,
      token: {
        kind: "user",
        userId: "u",
        clientId: "spa",
        sessionId: "s",
        scopes: ["notes:read"],
        role: "user",
      },
    });
    expect(await api.authorize(null)).toMatchObject({ ok: false, status: 401, error: "unauthorized" });
    expect(api.metadata(request)).toBeNull();
    expect(api.metadata(new Request(METADATA))?.status).toBe(200);
  });
});
