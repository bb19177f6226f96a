import { env } from "cloudflare:workers";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  addSecret,
  basicOf,
  createClient,
  errorOf,
  ISSUER,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
  type TestClient,
} from "../../../support/oauth.ts";
import { startService } from "../../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });
const GRANT = { grant_type: "client_credentials", resource: NOTES };
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const request = (form: Record<string, string>, headers: Record<string, string> = {}, from = service) =>
  postForm(from, "/oauth/token", { ...GRANT, ...form }, headers);
const basic = (client: Pick<TestClient, "id" | "secret">, form: Record<string, string> = {}) =>
  request(form, { Authorization: basicOf(client) });

describe("client_secret_basic", () => {
  it("decodes the form encoding of both parts", async () => {
    const client = await createClient(service, { authMethod: "client_secret_basic", id: "a client: ü%" });
    await addSecret(client.id, "a secret: +/=&%ü", service.clock.now());
    expect((await basic({ id: client.id, secret: "a secret: +/=&%ü" })).status).toBe(200);
    const plus = `Basic ${btoa("a+client%3A+%C3%BC%25:a+secret%3A+%2B%2F%3D%26%25%C3%BC")}`;
    expect((await request({}, { Authorization: plus })).status).toBe(200);
  });

  it("accepts the same client_id in the form, and no other", async () => {
    const client = await createClient(service, { authMethod: "client_secret_basic" });
    expect((await basic(client, { client_id: client.id })).status).toBe(200);
    expect(errorOf(await basic(client, { client_id: "another" }))).toBe("invalid_request");
  });

  it("answers a failure with a challenge", async () => {
    const client = await createClient(service, { authMethod: "client_secret_basic" });
    const answer = await basic({ id: client.id, secret: "wrong" });
    expect([answer.status, errorOf(answer)]).toEqual([401, "invalid_client"]);
    expect(answer.headers.get("WWW-Authenticate")).toBe('Basic realm="OAuth"');
    for (const value of [
      "",
      "Basic",
      "Basic !",
      `Basic ${btoa("no colon")}`,
      `Basic ${btoa(":secret")}`,
      "Bearer x",
      "Basic %%%",
    ]) {
      const malformed = await request({}, { Authorization: value });
      expect([value, malformed.status, errorOf(malformed)]).toEqual([value, 401, "invalid_client"]);
    }
  });
});

describe("client_secret_post and none", () => {
  it("needs one of the live secrets, of which two may overlap", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const now = own.clock.now();
    await addSecret(client.id, "the next secret", now, now + 1000);
    const send = (secret: string) => request({ client_id: client.id, client_secret: secret }, {}, own);
    expect((await send(client.secret)).status).toBe(200);
    expect((await send("the next secret")).status).toBe(200);
    own.clock.advance(1000);
    expect((await send("the next secret")).status).toBe(401);
    const answer = await send(`${client.secret} `);
    expect([answer.status, errorOf(answer), answer.headers.get("WWW-Authenticate")]).toEqual([
      401,
      "invalid_client",
      null,
    ]);
  });

  it("answers an unknown client, another method and a wrong secret in the same way", async () => {
    const client = await createClient(service);
    const isPublic = await createClient(service, { authMethod: "none" });
    const byHeader = await createClient(service, { authMethod: "client_secret_basic" });
    const answers = await Promise.all([
      request({ client_id: client.id, client_secret: "wrong" }),
      request({ client_id: "unknown", client_secret: "wrong" }),
      request({ client_id: "unknown" }),
      request({ client_id: client.id }),
      request({ client_id: isPublic.id, client_secret: "any" }),
      request({ client_id: byHeader.id, client_secret: byHeader.secret }),
      basic(client),
    ]);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(jsonOf(answers[0] as (typeof answers)[0])).toMatchObject({ error: "invalid_client" });
  });

  it("refuses more than one method, and a request without a client", async () => {
    const client = await createClient(service);
    const { id: client_id, secret: client_secret } = client;
    const two = await request({ client_id, client_secret }, { Authorization: basicOf(client) });
    expect([two.status, errorOf(two)]).toEqual([400, "invalid_request"]);
    const assertion = { client_assertion: "a.b.c", client_assertion_type: JWT_BEARER };
    expect(errorOf(await request({ client_id, client_secret, ...assertion }))).toBe("invalid_request");
    expect(errorOf(await request(assertion, { Authorization: basicOf(client) }))).toBe("invalid_request");
    expect(errorOf(await request({}))).toBe("invalid_client");
    expect(errorOf(await request({ client_secret }))).toBe("invalid_client");
  });
});

describe("private_key_jwt", () => {
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: string;
  let client: TestClient;

  beforeAll(async () => {
    pair = await generateKeyPair("ES256", { extractable: true });
    jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one" }] });
    client = await createClient(service, { authMethod: "private_key_jwt", jwks });
  });
  afterEach(() => vi.unstubAllGlobals());

  const now = () => Math.floor(service.clock.now() / 1000);
  const sign = (changes: JWTPayload = {}, header: object = {}, key = pair.privateKey) =>
    new SignJWT({
      ...{
        iss: client.id,
        sub: client.id,
        aud: ISSUER,
        jti: crypto.randomUUID(),
        iat: now(),
        exp: now() + 60,
      },
      ...changes,
    })
      .setProtectedHeader({ alg: "ES256", kid: "one", ...header })
      .sign(key);
  const present = (client_assertion: string, form: Record<string, string> = {}) =>
    request({ client_assertion, client_assertion_type: JWT_BEARER, ...form });

  it.each([
    ["the issuer", { aud: ISSUER }, true],
    ["the token endpoint", { aud: `${ISSUER}/oauth/token` }, true],
    ["a list with the issuer alone", { aud: [ISSUER] }, true],
    ["the issuer and another server", { aud: [ISSUER, "https://evil.example"] }, false],
    ["another server", { aud: "https://evil.example" }, false],
    ["the issuer with a slash", { aud: `${ISSUER}/` }, false],
    ["none", { aud: undefined }, false],
  ])("has an audience: %s", async (_name, changes, isAccepted) => {
    expect((await present(await sign(changes as JWTPayload))).status).toBe(isAccepted ? 200 : 401);
  });

  it.each([
    ["another issuer", { iss: "another" }, {}],
    ["another subject", { sub: "another" }, { client_id: "named" }],
    ["no jti", { jti: undefined }, {}],
    ["a long jti", { jti: "x".repeat(257) }, {}],
    ["no expiry", { exp: undefined }, {}],
  ])("is refused with %s", async (_name, changes, form) => {
    const named: Record<string, string> = "client_id" in form ? { client_id: client.id } : {};
    const answer = await present(await sign(changes as JWTPayload), named);
    expect([answer.status, errorOf(answer)]).toEqual([401, "invalid_client"]);
  });

  it("is valid for five minutes at most, and not after its expiry", async () => {
    for (const [seconds, status] of [
      [300, 200],
      [311, 401],
      [-9, 200],
      [-11, 401],
    ] as const)
      expect([seconds, (await present(await sign({ exp: now() + seconds }))).status]).toEqual([
        seconds,
        status,
      ]);
    expect((await present(await sign({ nbf: now() + 60 }))).status).toBe(401);
  });

  it("is accepted once, also of parallel requests", async () => {
    const assertion = await sign();
    const answers = await inParallel(20, () => present(assertion));
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 19 });
    expect((await present(assertion)).status).toBe(401);
    const rows = "SELECT count(*) AS n FROM oauth_client_assertions WHERE client_id = ?";
    expect(await env.DB.prepare(rows).bind(client.id).first("n")).toBeGreaterThan(0);
  });

  it("does not use up the jti of another client, or of an invalid assertion", async () => {
    const another = await createClient(service, { authMethod: "private_key_jwt", jwks });
    const jti = crypto.randomUUID();
    expect((await present(await sign({ jti, aud: "https://evil.example" }))).status).toBe(401);
    expect((await present(await sign({ jti }))).status).toBe(200);
    expect((await present(await sign({ jti, iss: another.id, sub: another.id }))).status).toBe(200);
  });

  it("is signed with a registered key and an asymmetric algorithm", async () => {
    const foreign = await generateKeyPair("ES256", { extractable: true });
    expect((await present(await sign({}, {}, foreign.privateKey))).status).toBe(401);
    const embedded = { jwk: await exportJWK(foreign.publicKey) };
    expect((await present(await sign({}, embedded, foreign.privateKey))).status).toBe(401);
    const hmac = await new SignJWT({ iss: client.id, sub: client.id, aud: ISSUER, jti: "j", exp: now() + 60 })
      .setProtectedHeader({ alg: "HS256", kid: "one" })
      .sign(new TextEncoder().encode(jwks));
    expect((await present(hmac)).status).toBe(401);
    for (const malformed of ["", "a.b.c", "a", `${await sign()}x`, "x".repeat(20_000)])
      expect([400, 401]).toContain((await present(malformed)).status);
  });

  it("is the only method of such a client, and of no other", async () => {
    expect((await request({ client_id: client.id })).status).toBe(401);
    expect((await request({ client_id: client.id, client_secret: client.secret })).status).toBe(401);
    const bySecret = await createClient(service, { jwks });
    expect((await present(await sign({ iss: bySecret.id, sub: bySecret.id }))).status).toBe(401);
    const wrongType = await request({ client_assertion: await sign(), client_assertion_type: "urn:other" });
    expect(errorOf(wrongType)).toBe("invalid_request");
  });

  describe("with jwks_uri", () => {
    const JWKS_URI = "https://client.example.com/jwks.json";

    /** Answers requests of the key set; returns how many there were. */
    function serve(respond: (url: string, init?: RequestInit) => Response | Promise<Response>) {
      const requests: { url: string; init?: RequestInit }[] = [];
      vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
        requests.push({ url, init });
        return respond(url, init);
      });
      return requests;
    }

    const withUri = async (jwksUri = JWKS_URI) => {
      const own = startService({ env: RESOURCE_VARIABLES, clock: service.clock });
      const remote = await createClient(own, { authMethod: "private_key_jwt", jwksUri });
      const send = async (header: object = {}) =>
        request(
          {
            client_assertion: await sign({ iss: remote.id, sub: remote.id }, header),
            client_assertion_type: JWT_BEARER,
          },
          {},
          own,
        );
      return { own, send };
    };

    it("reads the keys once, without following redirects, and again for an unknown key", async () => {
      const requests = serve(() => new Response(jwks));
      const { send } = await withUri();
      expect((await send()).status).toBe(200);
      expect((await send()).status).toBe(200);
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ url: JWKS_URI, init: { redirect: "manual" } });
      expect((await send({ kid: "two" })).status).toBe(401);
      expect(requests).toHaveLength(1);
      service.clock.advance(10_000);
      expect((await send({ kid: "two" })).status).toBe(401);
      expect(requests).toHaveLength(2);
      service.clock.advance(300_000);
      expect((await send()).status).toBe(200);
      expect(requests).toHaveLength(3);
    });

    it.each([
      [
        "a redirect",
        () => new Response(null, { status: 302, headers: { Location: "https://evil.example" } }),
      ],
      ["an error", () => new Response("no", { status: 500 })],
      ["no JSON", () => new Response("<html>")],
      ["no key set", () => new Response("{}")],
      ["more than 64 KiB", () => new Response(jwks + " ".repeat(64 * 1024))],
      ["a network error", () => Promise.reject(new TypeError("connection refused"))],
      [
        "an unusable key",
        () =>
          new Response(JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "?", y: "?", kid: "one" }] })),
      ],
    ])("is refused for %s, and a failure is remembered for 30 seconds", async (_name, respond) => {
      serve(respond);
      const { own, send } = await withUri();
      expect((await send()).status).toBe(401);
      if (_name !== "an unusable key") {
        const requests = serve(() => new Response(jwks));
        expect((await send()).status).toBe(401);
        expect(requests).toHaveLength(0);
        service.clock.advance(30_000);
        expect((await send()).status).toBe(200);
      }
      expect(own.log.length).toBeGreaterThan(0);
    });

    it("is refused for a URL without https, which is not requested", async () => {
      const requests = serve(() => new Response(jwks));
      for (const uri of ["http://client.example.com/jwks.json", "data:application/json,{}", "nothing"])
        expect((await (await withUri(uri)).send()).status).toBe(401);
      expect(requests).toHaveLength(0);
    });
  });
});

describe("the request", () => {
  it.each([
    ["JSON", JSON.stringify(GRANT), { "Content-Type": "application/json" }],
    ["no media type", "grant_type=client_credentials", { "Content-Type": "" }],
    ["a repeated parameter", "grant_type=client_credentials&client_id=a&client_id=a", {}],
    ["a repeated grant type", "grant_type=refresh_token&grant_type=client_credentials", {}],
  ])("is refused as %s", async (_name, body, headers) => {
    const answer = await postForm(service, "/oauth/token", body, headers);
    expect([answer.status, errorOf(answer)]).toEqual([400, "invalid_request"]);
  });

  it("names one resource", async () => {
    const body = `grant_type=client_credentials&resource=${NOTES}&resource=${NOTES}`;
    expect(errorOf(await postForm(service, "/oauth/token", body))).toBe("invalid_target");
  });

  it("names a known grant type", async () => {
    const client = await createClient(service);
    const credentials = { client_id: client.id, client_secret: client.secret };
    const of = async (form: Record<string, string>) =>
      errorOf(await postForm(service, "/oauth/token", { ...credentials, ...form }));
    expect(await of({})).toBe("invalid_request");
    for (const grant_type of ["password", "implicit", "constructor", "toString"])
      expect(await of({ grant_type })).toBe("unsupported_grant_type");
  });
});
