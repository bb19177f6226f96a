import * as oauth from "oauth4webapi";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { REDIRECT_URI, type RegisteredClient, registerClient } from "./support/register-client.ts";
import { FILES, NOTES } from "./support/resources.ts";
import { openUserAgent } from "./support/user-agent.ts";
import { newUser, type User } from "./support/users.ts";

// oauth4webapi with each check of a response that it has. It leaves out none by default.

/** The service is at http://localhost. The library otherwise requires https. */
const HTTP = { [oauth.allowInsecureRequests]: true };

let user: User;
let as: oauth.AuthorizationServer;
beforeAll(async () => {
  user = await newUser();
  const issuer = new URL(inject("clientsService").issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, HTTP));
});

type Options = {
  readonly registered?: RegisteredClient;
  readonly agent?: ReturnType<typeof openUserAgent>;
  readonly parameters?: Readonly<Record<string, string>>;
};

/** Starts a flow: the parameters of the request and the values that its response is compared with. */
async function begin({ registered, agent = openUserAgent(), parameters = {} }: Options = {}) {
  const { id, secret } = registered ?? (await registerClient());
  const client: oauth.Client = { client_id: id, require_auth_time: true };
  const [verifier, nonce, state] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomNonce(),
    oauth.generateRandomState(),
  ];
  const url = new URL(as.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: id,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid notes:read",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...{ nonce, state, ...parameters },
  }).toString();
  return { client, auth: oauth.ClientSecretBasic(secret), url, verifier, nonce, state, agent };
}

type Flow = Awaited<ReturnType<typeof begin>>;

/** Validates the authorization response (`state`, RFC 9207 `iss`), redeems the code and validates the tokens. */
async function finish({ client, auth, verifier, nonce, state }: Flow, callback: URL, maxAge?: number) {
  const validated = oauth.validateAuthResponse(as, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    auth,
    validated,
    REDIRECT_URI,
    verifier,
    HTTP,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    maxAge: maxAge ?? oauth.skipAuthTimeCheck,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, HTTP);
  return tokens;
}

async function signIn(options: Options = {}, maxAge?: number) {
  const flow = await begin(options);
  const { url, asked } = await flow.agent.authorize(flow.url, user);
  return { flow, asked, callback: url, tokens: await finish(flow, url, maxAge) };
}

const requestWith = (token: string): Request =>
  new Request(NOTES, { headers: { Authorization: `Bearer ${token}` } });

describe("oauth4webapi", () => {
  it("accepts state, iss, nonce, at_hash and the signature of a sign-in", async () => {
    const { callback, tokens } = await signIn();
    expect(callback.searchParams.get("iss")).toBe(as.issuer);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    expect(claims).toMatchObject({
      sub: user.id,
      at_hash: expect.any(String),
      auth_time: expect.any(Number),
    });
  });

  it("accepts auth_time for max_age, and the service asks again when the session is too old", async () => {
    const agent = openUserAgent();
    const registered = await registerClient();
    const first = await signIn({ registered, agent, parameters: { max_age: "600" } }, 600);
    // A redirect URI of https: the consent is remembered.
    const second = await signIn({ registered, agent, parameters: { max_age: "600" } }, 600);
    const third = await signIn({ registered, agent, parameters: { max_age: "0" } }, 1);
    expect([first.asked, second.asked, third.asked]).toEqual([["sign_in", "consent"], [], ["sign_in"]]);
    const times = [first, second, third].map(
      ({ tokens }) => oauth.getValidatedIdTokenClaims(tokens)?.auth_time ?? 0,
    );
    expect(times[1]).toBe(times[0]);
    expect(times[2]).toBeGreaterThanOrEqual(times[0] ?? 0);
  });

  it("accepts the access token as a JWT of RFC 9068, for its resource only", async () => {
    const { flow, tokens } = await signIn();
    const token = tokens.access_token;
    expect(await oauth.validateJwtAccessToken(as, requestWith(token), NOTES, HTTP)).toMatchObject({
      sub: user.id,
      client_id: flow.client.client_id,
      scope: "notes:read openid",
    });
    await expect(oauth.validateJwtAccessToken(as, requestWith(token), FILES, HTTP)).rejects.toThrow();
  });

  it("does not accept the ID token as an access token", async () => {
    const { flow, tokens } = await signIn();
    const request = requestWith(tokens.id_token ?? "");
    const audience = flow.client.client_id;
    await expect(oauth.validateJwtAccessToken(as, request, audience, HTTP)).rejects.toThrow();
  });

  it("accepts userinfo of the same subject, and refuses another one", async () => {
    const { flow, tokens } = await signIn();
    const read = () => oauth.userInfoRequest(as, flow.client, tokens.access_token, HTTP);
    expect(await oauth.processUserInfoResponse(as, flow.client, user.id, await read())).toEqual({
      sub: user.id,
    });
    const another = oauth.processUserInfoResponse(as, flow.client, "another", await read());
    await expect(another).rejects.toThrow();
  });

  it("accepts a refresh with its ID token", async () => {
    const { flow, tokens } = await signIn();
    const before = oauth.getValidatedIdTokenClaims(tokens);
    const refreshToken = tokens.refresh_token ?? "";
    const response = await oauth.refreshTokenGrantRequest(as, flow.client, flow.auth, refreshToken, HTTP);
    const refreshed = await oauth.processRefreshTokenResponse(as, flow.client, response);
    const after = oauth.getValidatedIdTokenClaims(refreshed);
    // OpenID Connect Core §12.2: the same iss, sub, aud and auth_time.
    for (const name of ["iss", "sub", "aud", "auth_time", "sid"] as const)
      expect(after?.[name]).toEqual(before?.[name]);
    expect(after?.nonce).toBeUndefined();
  });

  it("accepts a machine token, which names no user", async () => {
    const { id, secret } = await registerClient({ grantTypes: ["client_credentials"] });
    const client = { client_id: id };
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.ClientSecretBasic(secret),
      { scope: "notes:read" },
      HTTP,
    );
    const tokens = await oauth.processClientCredentialsResponse(as, client, response);
    const claims = await oauth.validateJwtAccessToken(as, requestWith(tokens.access_token), NOTES, HTTP);
    expect(claims).toMatchObject({ sub: id, client_id: id, aud: NOTES });
    for (const name of ["sid", "email", "auth_time", "role"]) expect(claims).not.toHaveProperty(name);
  });

  it("accepts introspection, revocation and a pushed request", async () => {
    const { flow, tokens } = await signIn();
    const { client, auth } = flow;
    const introspect = async () => {
      const response = await oauth.introspectionRequest(as, client, auth, tokens.access_token, HTTP);
      return oauth.processIntrospectionResponse(as, client, response);
    };
    expect(await introspect()).toMatchObject({ active: true, sub: user.id });
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, auth, tokens.access_token, HTTP),
    );
    expect(await introspect()).toEqual({ active: false });
    const pushed = await oauth.pushedAuthorizationRequest(as, client, auth, flow.url.searchParams, HTTP);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, pushed);
    expect(request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:/);
  });
});

describe("an authorization response for another issuer or request (RFC 9207, RFC 9700 §4.4)", () => {
  it("is refused by the client: another iss, no iss, another state", async () => {
    const flow = await begin();
    const { url: callback } = await flow.agent.authorize(flow.url, user);
    const changed = (name: string, value: string | null) => {
      const url = new URL(callback);
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
      return finish(flow, url);
    };
    await expect(changed("iss", "https://attacker.example.com")).rejects.toThrow(/iss/);
    await expect(changed("iss", null)).rejects.toThrow(/iss/);
    await expect(changed("state", "another")).rejects.toThrow(/state/);
    // None of them has used up the code.
    expect((await finish(flow, callback)).token_type).toBe("bearer");
  });

  it("names iss in an error, too", async () => {
    const flow = await begin();
    const { url } = await flow.agent.authorize(flow.url, user, "deny");
    expect(url.searchParams.get("iss")).toBe(as.issuer);
    expect(() => oauth.validateAuthResponse(as, flow.client, url, flow.state)).toThrow(
      expect.objectContaining({ error: "access_denied" }),
    );
  });

  it("a code of one client and session is of no use to another (code injection, RFC 9700 §4.5)", async () => {
    const victim = await begin();
    const attacker = await begin();
    const { url: callback } = await victim.agent.authorize(victim.url, user);
    // The attacker puts the code of the victim into the response of a flow of its own.
    const injected = new URL(callback);
    injected.searchParams.set("state", attacker.state);
    await expect(finish(attacker, injected)).rejects.toMatchObject({ error: "invalid_grant" });
    const sameClient = { ...victim, verifier: oauth.generateRandomCodeVerifier() };
    await expect(finish(sameClient, callback)).rejects.toMatchObject({ error: "invalid_grant" });
    // Neither has used up the code of the victim.
    expect(oauth.getValidatedIdTokenClaims(await finish(victim, callback))?.sub).toBe(user.id);
  });
});
