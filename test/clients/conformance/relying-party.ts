import { createHash, randomBytes } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { expect, inject } from "vitest";
import type { Client } from "../../../src/oauth/clients/client.ts";
import { REDIRECT_URI, registerClient } from "../support/register-client.ts";
import { openUserAgent } from "../support/user-agent.ts";
import type { User } from "../support/users.ts";

/** Undefined leaves a parameter out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export type TokenAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, string>>;
};

export type RelyingParty = Awaited<ReturnType<typeof openRelyingParty>>;

export const endpoint = (path: string): string => `${inject("clientsService").issuer}${path}`;

const keySet = () => createRemoteJWKSet(new URL(endpoint("/.well-known/jwks.json")));

const present = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/**
 * A relying party that does what the OpenID conformance suite does: it has one client and one browser of one user, and
 * validates each response as OpenID Connect Core asks. The values of a request are known to the test.
 */
export async function openRelyingParty(user: User, changes: Partial<Client> = {}) {
  const client = await registerClient(changes);
  const agent = openUserAgent();
  const { issuer } = inject("clientsService");
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(12).toString("base64url");
  const nonce = randomBytes(12).toString("base64url");

  const authorizationUrl = (parameters: Parameters = {}): URL => {
    const query = {
      client_id: client.id,
      redirect_uri: REDIRECT_URI,
      response_type: "code",
      scope: "openid",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...{ state, nonce, ...parameters },
    };
    return new URL(endpoint(`/oauth/authorize?${new URLSearchParams(present(query))}`));
  };

  /** Posts a form with the authentication of the client. */
  async function post(path: string, form: Parameters): Promise<TokenAnswer> {
    const { id, secret, authMethod } = client;
    const isBasic = authMethod === "client_secret_basic";
    const isPost = authMethod === "client_secret_post";
    const credentials = isBasic ? {} : { client_id: id, client_secret: isPost ? secret : undefined };
    const Authorization = `Basic ${btoa(`${id}:${secret}`)}`;
    const response = await fetch(endpoint(path), {
      method: "POST",
      headers: isBasic ? { Authorization } : {},
      body: new URLSearchParams(present({ ...credentials, ...form })),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }

  const redeem = (code: string, form: Parameters = {}): Promise<TokenAnswer> =>
    post("/oauth/token", {
      grant_type: "authorization_code",
      ...{ code, redirect_uri: REDIRECT_URI, code_verifier: verifier, ...form },
    });

  const refresh = (refreshToken: string, form: Parameters = {}): Promise<TokenAnswer> =>
    post("/oauth/token", { grant_type: "refresh_token", refresh_token: refreshToken, ...form });

  /** OpenID Connect Core §3.1.3.7, and §3.1.3.8 for `at_hash`. */
  async function validateIdToken(idToken: string, accessToken: string, expectedNonce: string | undefined) {
    const options = { issuer, audience: client.id, requiredClaims: ["sub", "iat", "exp", "auth_time"] };
    const { payload, protectedHeader } = await jwtVerify(idToken, keySet(), options);
    expect(protectedHeader).toMatchObject({ alg: client.idTokenAlg, kid: expect.any(String) });
    expect(payload.nonce).toBe(expectedNonce);
    expect(payload.sub).toMatch(/^[\x20-\x7e]{1,255}$/);
    const digest = createHash("sha256").update(accessToken).digest().subarray(0, 16);
    expect(payload.at_hash).toBe(digest.toString("base64url"));
    return payload;
  }

  /** Checks the parameters of an authorization response, and returns its code. */
  function codeOf(callback: URL, parameters: Parameters = {}): string {
    expect(`${callback.origin}${callback.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      code: expect.any(String),
      iss: issuer,
      ...("state" in parameters ? present({ state: parameters.state }) : { state }),
    });
    return callback.searchParams.get("code") ?? "";
  }

  /** The whole flow: authorization, tokens, ID token. */
  async function signIn(parameters: Parameters = {}) {
    const { url: callback, asked } = await agent.authorize(authorizationUrl(parameters), user);
    const { status, headers, body } = await redeem(codeOf(callback, parameters));
    expect([status, headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: expect.any(Number) });
    const { access_token: accessToken = "", id_token: idToken = "", refresh_token: refreshToken = "" } = body;
    const expectedNonce = "nonce" in parameters ? parameters.nonce : nonce;
    const claims = await validateIdToken(idToken, accessToken, expectedNonce);
    return { asked, callback, accessToken, idToken, refreshToken, claims };
  }

  /** The claims of the userinfo endpoint, for the subject of the ID token only (§5.3.2). */
  async function userinfo(accessToken: string, init?: RequestInit): Promise<Record<string, unknown>> {
    const headers = { Authorization: `Bearer ${accessToken}` };
    const response = await fetch(endpoint("/oauth/userinfo"), { headers, ...init });
    expect(response.status).toBe(200);
    const claims = (await response.json()) as Record<string, unknown>;
    expect(claims.sub).toBe(user.id);
    return claims;
  }

  /** The error that a request without a page of the service sends to the client. */
  async function errorOf(parameters: Parameters): Promise<Record<string, string>> {
    const { url } = await agent.open(authorizationUrl(parameters));
    expect(`${url.origin}${url.pathname}`).toBe(REDIRECT_URI);
    const { error_description: _, ...answer } = Object.fromEntries(url.searchParams);
    return answer;
  }

  return {
    ...{ client, agent, state, nonce, verifier },
    ...{ authorizationUrl, codeOf, redeem, refresh, signIn, userinfo, errorOf, validateIdToken, post },
  };
}
