import { createHmac, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { decodeJwt, SignJWT } from "jose";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { endpoint, openRelyingParty, type RelyingParty } from "./conformance/relying-party.ts";
import { SIGNED_OUT_URI } from "./support/register-client.ts";
import { NOTES } from "./support/resources.ts";
import { formsIn, headingOf, openUserAgent } from "./support/user-agent.ts";
import { newUser, type User } from "./support/users.ts";

// Attacks of RFC 9700, RFC 8725 and OpenID Connect Core §16, over HTTP as an attacker has it. test/worker/oauth has the
// attacks on each endpoint alone.

let user: User;
beforeAll(async () => {
  user = await newUser();
});

const ALL_SCOPES = "openid email profile offline_access notes:read";

async function signedIn(changes: Parameters<typeof openRelyingParty>[1] = {}) {
  const party = await openRelyingParty(user, changes);
  return { party, ...(await party.signIn({ scope: ALL_SCOPES })) };
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Endpoints that take a token, each with what a right one gets. */
const READERS: Readonly<Record<string, (party: RelyingParty, token: string) => Promise<boolean>>> = {
  userinfo: async (_, token) => (await fetch(endpoint("/oauth/userinfo"), bearer(token))).ok,
  introspection: async (party, token) =>
    (await party.post("/oauth/introspect", { token })).body.active as unknown as boolean,
  "the API": async (_, token) => (await fetch(endpoint("/api/auth/me"), bearer(token))).ok,
  "the sessions of the API": async (_, token) =>
    (await fetch(endpoint("/api/auth/sessions"), bearer(token))).ok,
  "the users of the API": async (_, token) => (await fetch(endpoint("/api/auth/users"), bearer(token))).ok,
  "the pages, as a cookie": async (_, token) => {
    const agent = openUserAgent();
    await agent.signIn(user);
    for (const name of agent.jar.keys()) if (/access|token/i.test(name)) agent.jar.set(name, token);
    for (const name of agent.jar.keys()) if (/refresh/i.test(name)) agent.jar.delete(name);
    return (await agent.open("/account")).url.pathname === "/account";
  },
};

const ACCEPTED_AT = new Set(["userinfo", "introspection"]);

describe.each(Object.keys(READERS))("at %s", (name) => {
  const accepts = (party: RelyingParty, token: string) => READERS[name]?.(party, token);

  it("an access token counts only where it belongs", async () => {
    const { party, accessToken } = await signedIn();
    expect(await accepts(party, accessToken)).toBe(ACCEPTED_AT.has(name));
  });

  it("an ID token is no bearer token", async () => {
    for (const idTokenAlg of ["RS256", "ES256"] as const) {
      const { party, idToken } = await signedIn({ idTokenAlg });
      expect(await accepts(party, idToken)).toBe(false);
    }
  });

  it("an access token with another alg or key is none (RFC 8725 §2.1)", async () => {
    const { party, accessToken } = await signedIn();
    const claims = decodeJwt(accessToken);
    const { keys } = (await (await fetch(endpoint("/.well-known/jwks.json"))).json()) as {
      keys: readonly { kid: string; alg: string }[];
    };
    const kid = keys.find(({ alg }) => alg === "ES256")?.kid ?? "";
    const rsaKid = keys.find(({ alg }) => alg === "RS256")?.kid ?? "";
    const header = { alg: "ES256", typ: "at+jwt", kid };
    const unsigned = `${part({ ...header, alg: "none" })}.${part(claims)}.`;
    // A verifier that takes the public key as the secret of an HMAC accepts this one.
    const hmacInput = `${part({ ...header, alg: "HS256" })}.${part(claims)}`;
    const hmac = createHmac("sha256", JSON.stringify(keys[0])).update(hmacInput).digest("base64url");
    const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const forged = await new SignJWT(claims).setProtectedHeader(header).sign(own.privateKey);
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const rsaInput = `${part({ alg: "RS256", typ: "at+jwt", kid: rsaKid })}.${part(claims)}`;
    const rsaSignature = createSign("sha256").update(rsaInput).sign(rsa.privateKey, "base64url");
    const withJwk = await new SignJWT(claims)
      .setProtectedHeader({ ...header, jwk: own.publicKey.export({ format: "jwk" }) })
      .sign(own.privateKey);
    const tokens = [unsigned, `${hmacInput}.${hmac}`, forged, `${rsaInput}.${rsaSignature}`, withJwk];
    for (const token of tokens) expect(await accepts(party, token)).toBe(false);
  });

  it("the refresh token is no bearer token", async () => {
    const { party, refreshToken } = await signedIn();
    if (name !== "introspection") expect(await accepts(party, refreshToken)).toBe(false);
  });
});

describe("a code", () => {
  async function authorized(party: RelyingParty): Promise<string> {
    const { url } = await party.agent.authorize(party.authorizationUrl(), user);
    return party.codeOf(url);
  }

  it("of another client, session or verifier is refused, and stays valid for its own (RFC 9700 §4.5)", async () => {
    const victim = await openRelyingParty(user);
    const attacker = await openRelyingParty(await newUser());
    const code = await authorized(victim);
    const attempts = [
      await attacker.redeem(code),
      await attacker.redeem(code, { code_verifier: victim.verifier }),
      await attacker.redeem(code, { client_id: victim.client.id, code_verifier: victim.verifier }),
      await victim.redeem(code, { code_verifier: attacker.verifier }),
      await victim.redeem(code, { redirect_uri: "https://client.example.com/other" }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await victim.redeem(code)).status).toBe(200);
  });

  it("of a public client needs no secret, but its verifier", async () => {
    const victim = await openRelyingParty(user, { authMethod: "none" });
    const code = await authorized(victim);
    const verifier = randomBytes(32).toString("base64url");
    expect(
      (await victim.redeem(code, { code_verifier: verifier, client_secret: undefined })).body.error,
    ).toBe("invalid_grant");
  });

  it("is of no use with PKCE left out or downgraded (RFC 9700 §4.8.2)", async () => {
    const party = await openRelyingParty(user);
    for (const parameters of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: undefined },
      { code_challenge_method: "plain" },
    ])
      expect(await party.errorOf(parameters)).toMatchObject({ error: "invalid_request" });
  });
});

describe("a refresh token", () => {
  it("is refused for another client, and stays valid for its own", async () => {
    const { party, refreshToken } = await signedIn();
    const { party: another } = await signedIn();
    const form = { grant_type: "refresh_token", refresh_token: refreshToken };
    const attempts = [
      await another.refresh(refreshToken),
      await another.post("/oauth/token", { ...form, client_id: party.client.id }),
    ];
    expect(attempts.map(({ body }) => body.error)).toEqual(["invalid_grant", "invalid_request"]);
    expect((await party.refresh(refreshToken)).status).toBe(200);
  });

  it("gives no more scopes and no other resource than granted", async () => {
    const party = await openRelyingParty(user);
    const { refreshToken } = await party.signIn({ scope: "openid notes:read" });
    const attempts = [
      await party.refresh(refreshToken, { scope: "openid notes:read notes:write" }),
      await party.refresh(refreshToken, { scope: "openid offline_access" }),
      await party.refresh(refreshToken, { resource: endpoint("/api/auth") }),
      await party.refresh(refreshToken, { resource: "https://files.example.com/api" }),
    ];
    expect(attempts.map(({ body }) => body.error)).toEqual([
      "invalid_scope",
      "invalid_scope",
      "invalid_target",
      "invalid_target",
    ]);
    const fewer = await party.refresh(refreshToken, { scope: "notes:read", resource: NOTES });
    expect([fewer.status, fewer.body.scope, fewer.body.id_token]).toEqual([200, "notes:read", undefined]);
  });

  it("opens nothing at the API of the service", async () => {
    const { refreshToken } = await signedIn();
    const answer = await fetch(endpoint("/api/auth/refresh"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ refreshToken }),
    });
    expect(answer.ok).toBe(false);
  });
});

describe("a client assertion", () => {
  it("is used once, at all endpoints together (RFC 7523 §3)", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwks = JSON.stringify({
      keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256" }],
    });
    const party = await openRelyingParty(user, { authMethod: "private_key_jwt", jwks });
    const { id } = party.client;
    const assertionFor = (audience: string | string[]) =>
      new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: "ES256", kid: "1" })
        .setIssuer(id)
        .setSubject(id)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("1m")
        .sign(privateKey);
    const send = async (path: string, client_assertion: string) =>
      (
        await party.post(path, {
          token: "unknown",
          client_assertion,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        })
      ).status;
    const { issuer } = inject("clientsService");
    const assertion = await assertionFor(issuer);
    expect(await send("/oauth/introspect", assertion)).toBe(200);
    for (const path of ["/oauth/introspect", "/oauth/revoke", "/oauth/token", "/oauth/par"])
      expect(await send(path, assertion)).toBe(401);
    // One that was made for another server.
    for (const audience of ["https://other.example.com", [issuer, "https://other.example.com"]])
      expect(await send("/oauth/introspect", await assertionFor(audience))).toBe(401);
  });
});

describe("a pushed request", () => {
  it("is of no use to another client (RFC 9126 §7.3)", async () => {
    const victim = await openRelyingParty(user);
    const attacker = await openRelyingParty(user);
    const pushed = await victim.post(
      "/oauth/par",
      Object.fromEntries(victim.authorizationUrl().searchParams),
    );
    expect(pushed.status).toBe(201);
    const urlFor = (party: RelyingParty) =>
      `${endpoint("/oauth/authorize")}?${new URLSearchParams({
        client_id: party.client.id,
        request_uri: pushed.body.request_uri ?? "",
      })}`;
    const page = await attacker.agent.open(urlFor(attacker));
    expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    const { url } = await victim.agent.authorize(urlFor(victim), user);
    expect((await victim.redeem(victim.codeOf(url))).status).toBe(200);
    // It is used once.
    expect((await victim.agent.open(urlFor(victim))).status).toBe(400);
  });

  it("of one client cannot name another", async () => {
    const [party, another] = [await openRelyingParty(user), await openRelyingParty(user)];
    const form = Object.fromEntries(another.authorizationUrl().searchParams);
    expect((await party.post("/oauth/par", form)).body.error).toBe("invalid_request");
  });
});

describe("an authorization response", () => {
  it("names the issuer that the client has asked, also in an error (mix-up, RFC 9700 §4.4)", async () => {
    const { issuer } = inject("clientsService");
    const { party, callback } = await signedIn();
    expect(callback.searchParams.get("iss")).toBe(issuer);
    expect((await party.errorOf({ scope: "unknown" })).iss).toBe(issuer);
  });

  it.each([
    ["a prefix", "https://client.example.com/callback/more"],
    ["a suffix of the host", "https://client.example.com.attacker.example/callback"],
    ["userinfo", "https://client.example.com@attacker.example/callback"],
    ["another case", "https://client.example.com/Callback"],
    ["a trailing slash", "https://client.example.com/callback/"],
    ["a fragment", "https://client.example.com/callback#fragment"],
    ["a query", "https://client.example.com/callback?to=attacker"],
    ["an encoded character", "https://client.example.com/%63allback"],
    ["a path that leaves", "https://client.example.com/callback/../callback"],
    ["another scheme", "http://client.example.com/callback"],
    ["a loopback host", "http://localhost/callback"],
    ["a script", "javascript:alert(1)//client.example.com/callback"],
  ])("never goes to a redirect URI with %s", async (_, redirect_uri) => {
    const party = await openRelyingParty(user);
    await party.agent.signIn(user);
    const page = await party.agent.open(party.authorizationUrl({ redirect_uri }));
    expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    // No link, form or refresh leads there. The page's own URL, with its query, may occur.
    expect(page.text).not.toMatch(/="(?:0; url=)?(?:https?:)?\/\/[^/"?]*attacker|="javascript:/);
  });
});

describe("the consent page", () => {
  it("cannot be framed, and its form posts to the service only (clickjacking, RFC 9700 §4.16)", async () => {
    const party = await openRelyingParty(user);
    await party.agent.signIn(user);
    const page = await party.agent.open(party.authorizationUrl());
    expect(headingOf(page)).toBe("Allow access");
    expect(page.headers.get("X-Frame-Options")).toBe("DENY");
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(page.headers.get("Cache-Control")).toContain("no-store");
    expect(page.headers.get("Referrer-Policy")).toBe("no-referrer");
  });

  it("is not answered by a form of another site", async () => {
    const party = await openRelyingParty(user);
    await party.agent.signIn(user);
    const page = await party.agent.open(party.authorizationUrl());
    const form = formsIn(page).find(({ values }) => values.act === "allow");
    const cookie = [...party.agent.jar].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(new URL(form?.action || page.url, page.url), {
      method: "POST",
      redirect: "manual",
      headers: { Cookie: cookie, Origin: "https://attacker.example", "Sec-Fetch-Site": "cross-site" },
      body: new URLSearchParams({ ...form?.values }),
    });
    expect(answer.status).toBe(403);
    const { url } = await party.agent.open(party.authorizationUrl({ prompt: "none" }));
    expect(url.searchParams.get("error")).toBe("consent_required");
  });

  it("is shown to a client at a loopback address each time (RFC 8252 §8.6)", async () => {
    const redirect_uri = "http://127.0.0.1:45671/callback";
    const party = await openRelyingParty(user, {
      authMethod: "none",
      redirectUris: ["http://127.0.0.1/callback"],
      isFirstParty: true,
    });
    for (const asked of [["sign_in", "consent"], ["consent"]])
      expect((await party.agent.authorize(party.authorizationUrl({ redirect_uri }), user)).asked).toEqual(
        asked,
      );
  });
});

describe("the logout", () => {
  it.each([
    "https://attacker.example/",
    "https://client.example.com.attacker.example/signed-out",
    "https://client.example.com@attacker.example/signed-out",
    `${SIGNED_OUT_URI}/`,
    `${SIGNED_OUT_URI}#fragment`,
    "//attacker.example/signed-out",
    "javascript:alert(1)",
  ])("is no open redirect to %s", async (post_logout_redirect_uri) => {
    const { party, idToken } = await signedIn();
    for (const hint of [{ id_token_hint: idToken }, { client_id: party.client.id }, {}] as Record<
      string,
      string
    >[]) {
      const query = new URLSearchParams({ ...hint, post_logout_redirect_uri });
      const page = await party.agent.open(`${endpoint("/oauth/logout")}?${query}`);
      expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    }
  });
});
