import * as client from "openid-client";
import { beforeAll, describe, expect, inject, it } from "vitest";
import {
  REDIRECT_URI,
  type RegisteredClient,
  registerClient,
  SIGNED_OUT_URI,
} from "./support/register-client.ts";
import { NOTES } from "./support/resources.ts";
import { openUserAgent } from "./support/user-agent.ts";
import { newUser, type User } from "./support/users.ts";

// openid-client 6 (certified: Basic RP, FAPI) for its whole flows.

let user: User;
beforeAll(async () => {
  user = await newUser();
});

/** The service is at http://localhost. The library otherwise requires https. */
const INSECURE = { execute: [client.allowInsecureRequests] };

const discover = ({ id }: Pick<RegisteredClient, "id">, auth: client.ClientAuth, metadata?: object) =>
  client.discovery(new URL(inject("clientsService").issuer), id, { ...metadata }, auth, INSECURE);

/** Runs the authorization code flow. */
async function signIn(
  config: client.Configuration,
  { scope = "openid email", usesPar = false, agent = openUserAgent() } = {},
) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedNonce, expectedState] = [client.randomNonce(), client.randomState()];
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    nonce: expectedNonce,
    state: expectedState,
  };
  const url = usesPar
    ? await client.buildAuthorizationUrlWithPAR(config, parameters)
    : client.buildAuthorizationUrl(config, parameters);
  const { url: callback } = await agent.authorize(url, user);
  const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
  return { url, tokens: await client.authorizationCodeGrant(config, callback, checks) };
}

/** A client with each method of client authentication, as the library is configured for it. */
const METHODS = {
  client_secret_basic: async () => {
    const registered = await registerClient({ authMethod: "client_secret_basic" });
    return discover(registered, client.ClientSecretBasic(registered.secret));
  },
  client_secret_post: async () => {
    const registered = await registerClient({ authMethod: "client_secret_post" });
    return discover(registered, client.ClientSecretPost(registered.secret));
  },
  none: async () => discover(await registerClient({ authMethod: "none" }), client.None()),
  private_key_jwt: async () => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(
      { name: "ECDSA", namedCurve: "P-256" },
      true,
      ["sign", "verify"],
    );
    const jwk = { ...(await crypto.subtle.exportKey("jwk", publicKey)), kid: "1", alg: "ES256" };
    const jwks = JSON.stringify({ keys: [jwk] });
    const registered = await registerClient({ authMethod: "private_key_jwt", jwks });
    return discover(registered, client.PrivateKeyJwt({ key: privateKey, kid: "1" }));
  },
} as const;

type Method = keyof typeof METHODS;
const METHOD_NAMES = Object.keys(METHODS) as Method[];

describe("openid-client", () => {
  it("discovers the service by both documents", async () => {
    const config = await METHODS.none();
    const metadata = config.serverMetadata();
    expect(metadata.issuer).toBe(inject("clientsService").issuer);
    expect(metadata.supportsPKCE()).toBe(true);
    const oauth = await client.discovery(new URL(metadata.issuer), "any", {}, client.None(), {
      ...INSECURE,
      algorithm: "oauth2",
    });
    expect(oauth.serverMetadata().token_endpoint).toBe(metadata.token_endpoint);
  });

  it.each(METHOD_NAMES)(
    "signs a user in by code and PKCE with %s, and validates the ID token",
    async (method) => {
      const config = await METHODS[method]();
      client.enableNonRepudiationChecks(config);
      const { tokens } = await signIn(config);
      expect(tokens.claims()).toMatchObject({ sub: user.id, email: user.email, email_verified: true });
      expect(tokens.token_type).toBe("bearer");
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, user.id);
      expect(userinfo).toEqual({ sub: user.id, email: user.email, email_verified: true });
    },
  );

  it.each(METHOD_NAMES)("refreshes with %s, again and again", async (method) => {
    const config = await METHODS[method]();
    const { tokens } = await signIn(config);
    let refreshToken = tokens.refresh_token ?? "";
    const seen = new Set([refreshToken]);
    for (let count = 0; count < 3; count += 1) {
      const refreshed = await client.refreshTokenGrant(config, refreshToken);
      expect(refreshed.claims()?.sub).toBe(user.id);
      expect((await client.fetchUserInfo(config, refreshed.access_token, user.id)).sub).toBe(user.id);
      refreshToken = refreshed.refresh_token ?? "";
      seen.add(refreshToken);
    }
    expect(seen.size).toBe(4);
  });

  it.each(METHOD_NAMES)("pushes its authorization request with %s (RFC 9126)", async (method) => {
    const config = await METHODS[method]();
    const { url, tokens } = await signIn(config, { usesPar: true });
    expect([...url.searchParams.keys()].toSorted()).toEqual(["client_id", "request_uri"]);
    expect(tokens.claims()?.sub).toBe(user.id);
  });

  it("signs a user in with ID tokens by ES256, if the client is registered so", async () => {
    const registered = await registerClient({ idTokenAlg: "ES256" });
    const config = await discover(registered, client.ClientSecretBasic(registered.secret), {
      id_token_signed_response_alg: "ES256",
    });
    client.enableNonRepudiationChecks(config);
    expect((await signIn(config)).tokens.claims()?.sub).toBe(user.id);
  });

  it("tells a denial by the user", async () => {
    const config = await METHODS.none();
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const { url: callback } = await openUserAgent().authorize(url, user, "deny");
    await expect(client.authorizationCodeGrant(config, callback, { pkceCodeVerifier })).rejects.toMatchObject(
      {
        error: "access_denied",
      },
    );
  });

  it("gets a machine token by client credentials", async () => {
    const registered = await registerClient({ grantTypes: ["client_credentials"] });
    const config = await discover(registered, client.ClientSecretBasic(registered.secret));
    const tokens = await client.clientCredentialsGrant(config, { scope: "notes:read", resource: NOTES });
    expect(tokens).toMatchObject({ scope: "notes:read", token_type: "bearer" });
    expect(tokens.refresh_token).toBeUndefined();
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      sub: registered.id,
      client_id: registered.id,
      aud: NOTES,
    });
  });

  it("introspects and revokes tokens", async () => {
    const config = await METHODS.client_secret_basic();
    const { tokens } = await signIn(config, { scope: "openid notes:read" });
    const refreshToken = tokens.refresh_token ?? "";
    for (const token of [tokens.access_token, refreshToken])
      expect(await client.tokenIntrospection(config, token)).toMatchObject({ active: true, sub: user.id });
    await client.tokenRevocation(config, refreshToken);
    for (const token of [tokens.access_token, refreshToken])
      expect(await client.tokenIntrospection(config, token)).toEqual({ active: false });
    await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      error: "invalid_grant",
    });
    await expect(client.fetchUserInfo(config, tokens.access_token, user.id)).rejects.toThrow();
  });

  it("a public client revokes its own token", async () => {
    const config = await METHODS.none();
    const { tokens } = await signIn(config);
    await client.tokenRevocation(config, tokens.refresh_token ?? "");
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
  });
});

describe("openid-client on a device", () => {
  const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

  async function startDevice() {
    const registered = await registerClient({
      authMethod: "none",
      grantTypes: [DEVICE_GRANT, "refresh_token"],
    });
    const config = await discover(registered, client.None());
    const request = await client.initiateDeviceAuthorization(config, { scope: "openid notes:read" });
    return { config, request };
  }

  /** The user enters the code of the device in a browser, and answers. */
  async function answer(url: string, act: "allow" | "deny") {
    const agent = openUserAgent();
    await agent.signIn(user);
    const entry = await agent.open(url);
    const [, userCode = ""] = /name="userCode"[^>]*value="([^"]*)"/.exec(entry.text) ?? [];
    const confirmation = await agent.submit(entry, { userCode });
    return agent.submit(confirmation, { act });
  }

  it("signs a user in by the device authorization grant (RFC 8628)", async () => {
    const { config, request } = await startDevice();
    const polled = client.pollDeviceAuthorizationGrant(config, request);
    await answer(request.verification_uri_complete ?? "", "allow");
    const tokens = await polled;
    expect(tokens.claims()?.sub).toBe(user.id);
    expect((await client.refreshTokenGrant(config, tokens.refresh_token ?? "")).scope).toBe(
      "notes:read openid",
    );
  });

  it("learns that the user has denied", async () => {
    const { config, request } = await startDevice();
    const polled = client.pollDeviceAuthorizationGrant(config, request);
    const expectation = expect(polled).rejects.toMatchObject({ error: "access_denied" });
    await answer(request.verification_uri_complete ?? "", "deny");
    await expectation;
  });
});

describe("openid-client at the end", () => {
  it("signs the user out by the end session URL", async () => {
    const config = await METHODS.client_secret_basic();
    const agent = openUserAgent();
    const { tokens } = await signIn(config, { agent });
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? "",
      post_logout_redirect_uri: SIGNED_OUT_URI,
      state: "a state",
    });
    const page = await agent.open(url);
    expect(String(page.url)).toBe(`${SIGNED_OUT_URI}?state=a+state`);
    // The family of the session has ended, too.
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
    expect((await agent.open("/account")).url.pathname).toBe("/sign-in");
  });
});
