import { describe, expect, it } from "vitest";
import { type PartialMetadata, withDefaults } from "../../../../src/oauth/clients/client-metadata.ts";
import { isChosenId, newClientId, newClientSecret } from "../../../../src/oauth/clients/credentials.ts";
import { type ClientLimits, clientProblems, overlapEnd } from "../../../../src/oauth/clients/rules.ts";

const API = "https://api.example.com";
const OTHER = "https://other.example.com";
const LIMITS: ClientLimits = {
  publicUrl: "https://auth.example.com",
  resources: [
    { uri: API, alias: null, scopes: { "notes:read": "Read your notes" } },
    { uri: OTHER, alias: null, scopes: { "files:read": "Read your files" } },
  ],
  accessTokenTtl: 900,
  refreshIdleTtl: 3600,
  refreshMaxTtl: 7200,
};
const CALLBACK = "https://app.example.com/callback";
const JWKS = JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b" }] });

const problemsOf = (metadata: Partial<PartialMetadata>, limits = LIMITS) =>
  clientProblems(withDefaults({ name: "Notes", ...metadata }), limits).map(
    ({ field, reason }) => `${field}: ${reason}`,
  );

describe("the metadata of a client", () => {
  it.each<[string, Partial<PartialMetadata>]>([
    ["a web app", { redirectUris: [CALLBACK] }],
    ["a single-page app", { type: "public", redirectUris: [CALLBACK] }],
    ["a native app", { type: "public", redirectUris: ["com.example.app:/done", "http://127.0.0.1/done"] }],
    ["a machine", { resources: [API], scopes: ["notes:read"] }],
    ["a machine with keys", { authMethod: "private_key_jwt", jwks: JWKS, resources: [API] }],
    [
      "a device",
      { type: "public", grantTypes: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"] },
    ],
    [
      "a web app with everything",
      {
        redirectUris: [CALLBACK],
        postLogoutRedirectUris: ["https://app.example.com/"],
        backchannelLogoutUri: "https://app.example.com/logout",
        resources: [API, OTHER],
        scopes: ["openid", "offline_access", "notes:read", "files:read"],
        isFirstParty: true,
        rotatesRefreshTokens: false,
        accessTokenTtl: 900,
        refreshIdleTtl: 3600,
        refreshMaxTtl: 7200,
        refreshGraceSeconds: 3600,
      },
    ],
  ])("accepts %s", (_name, metadata) => {
    expect(problemsOf(metadata)).toEqual([]);
  });

  it.each<[string, Partial<PartialMetadata>, string[]]>([
    ["an empty name", { name: " ", redirectUris: [CALLBACK] }, ["name: name_invalid"]],
    ["a name with reversed text", { name: "a\u202eb", redirectUris: [CALLBACK] }, ["name: name_invalid"]],
    ["a name with an isolate", { name: "\u2067a\u2069", redirectUris: [CALLBACK] }, ["name: name_invalid"]],
    ["a name with a line break", { name: "a\nb", redirectUris: [CALLBACK] }, ["name: name_invalid"]],
    [
      "a logo by http",
      { logoUri: "http://a.example/x", redirectUris: [CALLBACK] },
      ["logoUri: https_url_required"],
    ],
    [
      "a public client with a secret",
      { type: "public", authMethod: "client_secret_basic", redirectUris: [CALLBACK] },
      ["authMethod: auth_method_mismatch"],
    ],
    [
      "a confidential client without authentication",
      { type: "confidential", authMethod: "none", redirectUris: [CALLBACK] },
      ["authMethod: auth_method_mismatch"],
    ],
    ["no keys", { authMethod: "private_key_jwt", redirectUris: [CALLBACK] }, ["jwks: keys_required"]],
    [
      "two sources of keys",
      { authMethod: "private_key_jwt", jwks: JWKS, jwksUri: "https://a.example/k", redirectUris: [CALLBACK] },
      ["jwks: keys_required"],
    ],
    ["unused keys", { jwks: JWKS, redirectUris: [CALLBACK] }, ["jwks: keys_unused"]],
    [
      "a private key",
      {
        authMethod: "private_key_jwt",
        jwks: JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b", d: "c" }] }),
        redirectUris: [CALLBACK],
      },
      ["jwks: keys_invalid"],
    ],
    [
      "a symmetric key",
      {
        authMethod: "private_key_jwt",
        jwks: JSON.stringify({ keys: [{ kty: "oct", k: "c" }] }),
        redirectUris: [CALLBACK],
      },
      ["jwks: keys_invalid"],
    ],
    [
      "a URL of the service",
      { redirectUris: ["https://auth.example.com/account"] },
      ["redirectUris: redirect_uri_of_service"],
    ],
    [
      "a private scheme of a confidential client",
      { redirectUris: ["com.example.app:/done"] },
      ["redirectUris: private_scheme_of_confidential"],
    ],
    [
      "codes without a redirect URI",
      { grantTypes: ["authorization_code"] },
      ["redirectUris: redirect_uris_missing"],
    ],
    [
      "a redirect URI without codes",
      { grantTypes: ["client_credentials"], redirectUris: [CALLBACK], resources: [API], scopes: [] },
      ["redirectUris: redirect_uris_unused"],
    ],
    ["a public machine", { type: "public", resources: [API] }, ["grantTypes: grant_needs_confidential"]],
    ["a machine without a resource", {}, ["resources: grant_needs_resource"]],
    [
      "a refresh token without a grant that issues one",
      { grantTypes: ["client_credentials", "refresh_token"], resources: [API] },
      ["grantTypes: refresh_needs_grant"],
    ],
    [
      "offline access without refresh tokens",
      { grantTypes: ["authorization_code"], redirectUris: [CALLBACK], scopes: ["offline_access"] },
      ["scopes: offline_needs_refresh"],
    ],
    ["no grant", { grantTypes: [] }, ["grantTypes: grant_types_missing"]],
    [
      "an unknown resource",
      { redirectUris: [CALLBACK], resources: ["https://unknown.example"] },
      ["resources: unknown_resource"],
    ],
    [
      "the service's own API",
      { redirectUris: [CALLBACK], resources: ["https://auth.example.com/api/auth"] },
      ["resources: unknown_resource"],
    ],
    [
      "a scope of another resource",
      { redirectUris: [CALLBACK], resources: [API], scopes: ["files:read"] },
      ["scopes: unknown_scope"],
    ],
    [
      "a long access token",
      { redirectUris: [CALLBACK], accessTokenTtl: 901 },
      ["accessTokenTtl: lifetime_out_of_range"],
    ],
    [
      "a short access token",
      { redirectUris: [CALLBACK], accessTokenTtl: 29 },
      ["accessTokenTtl: lifetime_out_of_range"],
    ],
    [
      "a long idle time",
      { redirectUris: [CALLBACK], refreshIdleTtl: 3601 },
      ["refreshIdleTtl: lifetime_out_of_range"],
    ],
    [
      "an idle time above the maximum",
      { redirectUris: [CALLBACK], refreshIdleTtl: 3600, refreshMaxTtl: 3599 },
      ["refreshIdleTtl: lifetime_out_of_range"],
    ],
    [
      "a long session",
      { redirectUris: [CALLBACK], refreshMaxTtl: 7201 },
      ["refreshMaxTtl: lifetime_out_of_range"],
    ],
    [
      "a long grace",
      { redirectUris: [CALLBACK], refreshGraceSeconds: 3601 },
      ["refreshGraceSeconds: grace_out_of_range"],
    ],
    [
      "refresh tokens of a public client that stay the same",
      { type: "public", redirectUris: [CALLBACK], rotatesRefreshTokens: false },
      ["rotatesRefreshTokens: rotation_required"],
    ],
    [
      "a logout URI by http",
      { redirectUris: [CALLBACK], backchannelLogoutUri: "http://127.0.0.1/logout" },
      ["backchannelLogoutUri: logout_uri_invalid"],
    ],
  ])("refuses %s", (_name, metadata, problems) => {
    expect(problemsOf(metadata)).toEqual(problems);
  });

  it("a logout URI on this machine is accepted in development", () => {
    const limits = { ...LIMITS, publicUrl: "http://localhost:8787" };
    const uri = "http://localhost:8788/logout";
    expect(problemsOf({ redirectUris: [CALLBACK], backchannelLogoutUri: uri }, limits)).toEqual([]);
  });
});

describe("the credentials of a client", () => {
  it("are random, and the secret has a prefix that scanners recognize", async () => {
    const [first, second] = [await newClientSecret(1), await newClientSecret(1)];
    expect(first.secret).toMatch(/^gths_[\w-]{43}$/);
    expect(first.row.secretHash).toMatch(/^[\w-]{43}$/);
    expect(first.secret).not.toBe(second.secret);
    expect(first.secret).not.toContain(first.row.secretHash);
    expect(newClientId()).toMatch(/^client_[\w-]{22}$/);
  });

  it.each([
    ["notes", true],
    ["node-api_2", true],
    ["a", false],
    ["Notes", false],
    ["-notes", false],
    ["notes-", false],
    ["gatehouse", false],
    ["ab0e8400-e29b-41d4-a716-446655440000", false],
    ["https://app.example.com", false],
    ["a".repeat(65), false],
  ])("the chosen id %j is allowed: %s", (id, isAllowed) => {
    expect(isChosenId(id)).toBe(isAllowed);
  });

  it("the previous secret overlaps for 30 days at most", () => {
    const month = 30 * 24 * 3600;
    expect([overlapEnd(5, 0), overlapEnd(5, month), overlapEnd(5, month + 1), overlapEnd(5, -1)]).toEqual([
      5,
      5 + month * 1000,
      null,
      null,
    ]);
  });
});
