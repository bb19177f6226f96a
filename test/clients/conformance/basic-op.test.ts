import { eq } from "drizzle-orm";
import { decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { accounts } from "../../../src/db/schema.ts";
import { database } from "../support/database.ts";
import { REDIRECT_URI } from "../support/register-client.ts";
import { headingOf, openUserAgent } from "../support/user-agent.ts";
import { newUser, type User } from "../support/users.ts";
import { endpoint, openRelyingParty } from "./relying-party.ts";

// The modules of the plan "oidcc-basic-certification-test-plan" (Basic OP) of the OpenID conformance suite, by name.

let user: User;
beforeAll(async () => {
  user = await newUser();
  const profile = { lastName: "Lovelace", phone: "+4915112345678", phoneVerifiedAt: Date.now() };
  await database.update(accounts).set(profile).where(eq(accounts.id, user.id));
});

const OPENID_CLAIMS = { sub: expect.any(String) };
const PROFILE_CLAIMS = {
  name: "Ada Lovelace",
  given_name: "Ada",
  family_name: "Lovelace",
  updated_at: expect.any(Number),
};
const EMAIL_CLAIMS = () => ({ email: user.email, email_verified: true });
const PHONE_CLAIMS = { phone_number: "+4915112345678", phone_number_verified: true };

/** An unsigned request object (OpenID Connect Core §6.1). */
const requestObject = (claims: object): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.`;
};

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe("the sign-in", () => {
  it("oidcc-server", async () => {
    const party = await openRelyingParty(user);
    const { claims, accessToken } = await party.signIn();
    expect(claims.sub).toBe(user.id);
    expect(await party.userinfo(accessToken)).toEqual({ sub: user.id });
  });

  it("oidcc-server-client-secret-post", async () => {
    const party = await openRelyingParty(user, { authMethod: "client_secret_post" });
    expect((await party.signIn()).claims.sub).toBe(user.id);
  });

  it("oidcc-idtoken-signature", async () => {
    for (const idTokenAlg of ["RS256", "ES256"] as const) {
      const party = await openRelyingParty(user, { idTokenAlg });
      expect(decodeProtectedHeader((await party.signIn()).idToken).alg).toBe(idTokenAlg);
    }
  });

  it("oidcc-idtoken-unsigned: not supported, no token is unsigned", async () => {
    const metadata = await (await fetch(endpoint("/.well-known/openid-configuration"))).json();
    expect(metadata).toMatchObject({ id_token_signing_alg_values_supported: ["RS256", "ES256"] });
  });

  it("oidcc-response-type-missing", async () => {
    const party = await openRelyingParty(user);
    expect(await party.errorOf({ response_type: undefined })).toEqual({
      error: "invalid_request",
      state: party.state,
      iss: inject("clientsService").issuer,
    });
  });

  it("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", async () => {
    const party = await openRelyingParty(user);
    expect((await party.signIn({ nonce: undefined })).claims).not.toHaveProperty("nonce");
  });

  it("oidcc-ensure-request-with-unknown-parameter-succeeds", async () => {
    const party = await openRelyingParty(user);
    expect((await party.signIn({ extra: "foobar" })).claims.sub).toBe(user.id);
  });

  it("oidcc-ensure-request-with-valid-pkce-succeeds", async () => {
    const party = await openRelyingParty(user);
    const { url } = await party.agent.authorize(party.authorizationUrl(), user);
    const code = party.codeOf(url);
    const without = await party.redeem(code, { code_verifier: undefined });
    const another = await party.redeem(code, { code_verifier: "a".repeat(43) });
    expect([without.body.error, another.body.error]).toEqual(["invalid_request", "invalid_grant"]);
    expect((await party.redeem(code)).status).toBe(200);
  });

  it("oidcc-ensure-post-request-succeeds", async () => {
    const party = await openRelyingParty(user);
    await party.agent.signIn(user);
    const url = party.authorizationUrl();
    // A browser sends no SameSite=Lax cookies with a POST of another site; the service redirects to the same GET.
    const body = url.searchParams;
    const answer = await fetch(endpoint("/oauth/authorize"), { method: "POST", body, redirect: "manual" });
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get("Location") ?? "", url);
    const { url: callback } = await party.agent.authorize(location, user);
    expect((await party.redeem(party.codeOf(callback))).status).toBe(200);
  });
});

describe("userinfo", () => {
  it("oidcc-userinfo-get", async () => {
    const party = await openRelyingParty(user);
    const { accessToken } = await party.signIn();
    expect(await party.userinfo(accessToken)).toEqual(OPENID_CLAIMS);
  });

  it("oidcc-userinfo-post-header", async () => {
    const party = await openRelyingParty(user);
    const { accessToken } = await party.signIn();
    const headers = { Authorization: `Bearer ${accessToken}` };
    expect(await party.userinfo(accessToken, { method: "POST", headers })).toEqual(OPENID_CLAIMS);
  });

  it("oidcc-userinfo-post-body", async () => {
    const party = await openRelyingParty(user);
    const { accessToken } = await party.signIn();
    const body = new URLSearchParams({ access_token: accessToken });
    expect(await party.userinfo(accessToken, { method: "POST", headers: {}, body })).toEqual(OPENID_CLAIMS);
  });
});

describe("scopes", () => {
  it.each([
    ["oidcc-scope-profile", "openid profile", () => PROFILE_CLAIMS],
    ["oidcc-scope-email", "openid email", EMAIL_CLAIMS],
    ["oidcc-scope-phone", "openid phone", () => PHONE_CLAIMS],
    [
      "oidcc-scope-all, without address, which the service does not support",
      "openid profile email phone",
      () => ({ ...PROFILE_CLAIMS, ...EMAIL_CLAIMS(), ...PHONE_CLAIMS }),
    ],
    ["oidcc-ensure-other-scope-order-succeeds", "email openid", EMAIL_CLAIMS],
  ])("%s", async (_, scope, claims) => {
    const party = await openRelyingParty(user);
    const { accessToken } = await party.signIn({ scope });
    const { locale: _locale, ...userinfo } = await party.userinfo(accessToken);
    expect(userinfo).toEqual({ ...OPENID_CLAIMS, ...claims() });
  });

  it("oidcc-scope-address: not supported, and refused (RFC 6749 §4.1.2.1)", async () => {
    const party = await openRelyingParty(user);
    const metadata = (await (await fetch(endpoint("/.well-known/openid-configuration"))).json()) as object;
    expect(metadata).toMatchObject({ scopes_supported: expect.not.arrayContaining(["address"]) });
    expect(await party.errorOf({ scope: "openid address" })).toMatchObject({ error: "invalid_scope" });
  });

  it("oidcc-claims-essential: the parameter claims is not supported, and ignored (§5.5)", async () => {
    const party = await openRelyingParty(user);
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { accessToken } = await party.signIn({ claims });
    expect(await party.userinfo(accessToken)).toEqual({ sub: user.id });
  });
});

describe("the pages", () => {
  it.each([
    ["oidcc-display-page", { display: "page" }],
    ["oidcc-display-popup", { display: "popup" }],
    ["oidcc-ui-locales", { ui_locales: "se" }],
    ["oidcc-claims-locales", { claims_locales: "se" }],
    ["oidcc-ensure-request-with-acr-values-succeeds", { acr_values: "1 2" }],
  ])("%s", async (_, parameters) => {
    const party = await openRelyingParty(user);
    const { asked, claims } = await party.signIn(parameters);
    expect(asked).toEqual(["sign_in", "consent"]);
    expect(claims.acr).toBe("urn:gatehouse:acr:1fa");
  });

  it("oidcc-login-hint", async () => {
    const party = await openRelyingParty(user);
    const page = await party.agent.open(party.authorizationUrl({ login_hint: user.email }));
    expect(headingOf(page)).toBe("Sign in");
    expect(page.text).toContain(`value="${user.email}"`);
    expect((await party.signIn({ login_hint: user.email })).claims.sub).toBe(user.id);
  });

  it("oidcc-ensure-registered-redirect-uri", async () => {
    const party = await openRelyingParty(user);
    const page = await party.agent.open(
      party.authorizationUrl({ redirect_uri: "https://client.example.com/other" }),
    );
    expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    expect(page.text).toContain("invalid_request");
  });
});

describe("the session", () => {
  it("oidcc-prompt-login", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn();
    await seconds(1);
    const second = await party.signIn({ prompt: "login" });
    expect(second.asked).toEqual(["sign_in"]);
    expect(second.claims.auth_time).toBeGreaterThan(Number(first.claims.auth_time));
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  it("oidcc-prompt-none-not-logged-in", async () => {
    const party = await openRelyingParty(user);
    expect(await party.errorOf({ prompt: "none" })).toEqual({
      error: "login_required",
      state: party.state,
      iss: inject("clientsService").issuer,
    });
  });

  it("oidcc-prompt-none-logged-in", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn();
    const second = await party.signIn({ prompt: "none" });
    expect(second.asked).toEqual([]);
    for (const name of ["sub", "auth_time"]) expect(second.claims[name]).toBe(first.claims[name]);
  });

  it("oidcc-max-age-1", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn();
    await seconds(2);
    const second = await party.signIn({ max_age: "1" });
    expect(second.asked).toEqual(["sign_in"]);
    expect(second.claims.auth_time).toBeGreaterThan(Number(first.claims.auth_time));
  });

  it("oidcc-max-age-10000", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn();
    const second = await party.signIn({ max_age: "10000" });
    expect(second.asked).toEqual([]);
    expect(second.claims.auth_time).toBe(first.claims.auth_time);
  });

  it("oidcc-id-token-hint", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn();
    const second = await party.signIn({ prompt: "none", id_token_hint: first.idToken });
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  it("oidcc-alternate-happy-flow", async () => {
    const party = await openRelyingParty(user);
    const { claims } = await party.signIn({ scope: "openid email", prompt: "consent", max_age: "100" });
    expect(claims).toMatchObject({ sub: user.id, email: user.email });
  });
});

describe("request objects: not supported, and refused", () => {
  it("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", async () => {
    const party = await openRelyingParty(user);
    const request = requestObject({ client_id: party.client.id, state: "of the object" });
    expect(await party.errorOf({ request })).toMatchObject({
      error: "request_not_supported",
      state: party.state,
    });
  });

  it("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", async () => {
    const party = await openRelyingParty(user);
    expect(await party.errorOf({ request_uri: "https://client.example.com/request" })).toMatchObject({
      error: "request_uri_not_supported",
      state: party.state,
    });
  });

  it("oidcc-ensure-request-object-with-redirect-uri", async () => {
    const party = await openRelyingParty(user);
    const request = requestObject({ redirect_uri: REDIRECT_URI });
    // The redirect URI of the object has no effect, since the object is not read.
    const page = await party.agent.open(
      party.authorizationUrl({ redirect_uri: "https://client.example.com/other", request }),
    );
    expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    const other = requestObject({ redirect_uri: "https://client.example.com/other" });
    expect(await party.errorOf({ request: other })).toMatchObject({ error: "request_not_supported" });
  });
});

describe("codes and refresh tokens", () => {
  it.concurrent.each([
    ["oidcc-codereuse", 0],
    ["oidcc-codereuse-30seconds", 30],
  ])("%s", { timeout: 120_000 }, async (_, wait) => {
    const party = await openRelyingParty(user);
    const { callback, accessToken, refreshToken } = await party.signIn();
    await seconds(wait);
    const again = await party.redeem(callback.searchParams.get("code") ?? "");
    expect([again.status, again.body.error]).toEqual([400, "invalid_grant"]);
    // RFC 6749 §4.1.2: the tokens of the first use are revoked.
    const headers = { Authorization: `Bearer ${accessToken}` };
    expect((await fetch(endpoint("/oauth/userinfo"), { headers })).status).toBe(401);
    expect((await party.refresh(refreshToken)).body.error).toBe("invalid_grant");
  });

  it("oidcc-refresh-token", async () => {
    const party = await openRelyingParty(user);
    const first = await party.signIn({ scope: "openid offline_access", prompt: "consent" });
    const refreshed = await party.refresh(first.refreshToken);
    expect(refreshed.status).toBe(200);
    const { id_token = "", access_token = "", refresh_token: next = "" } = refreshed.body;
    const claims = await party.validateIdToken(id_token, access_token, undefined);
    for (const name of ["iss", "sub", "aud", "auth_time"]) expect(claims[name]).toEqual(first.claims[name]);
    expect(next).not.toBe(first.refreshToken);
    expect(await party.userinfo(access_token)).toEqual({ sub: user.id });
    // A second client cannot use it.
    const another = await openRelyingParty(user);
    expect((await another.refresh(next)).body.error).toBe("invalid_grant");
    expect((await party.refresh(next)).status).toBe(200);
  });
});

it("a browser at the service is not signed in by the flow of another one", async () => {
  const party = await openRelyingParty(user);
  await party.signIn();
  expect((await openUserAgent().open("/account")).url.pathname).toBe("/sign-in");
});
