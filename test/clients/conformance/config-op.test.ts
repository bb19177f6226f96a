import { beforeAll, describe, expect, inject, it } from "vitest";
import { endpoint } from "./relying-party.ts";

// The module of the plan "oidcc-config-certification-test-plan" (Config OP) of the OpenID conformance suite, with the
// rows that it combines.

type Metadata = Readonly<Record<string, unknown>>;
type Jwk = Readonly<Record<string, string>>;

let metadata: Metadata;
beforeAll(async () => {
  metadata = (await (await fetch(endpoint("/.well-known/openid-configuration"))).json()) as Metadata;
});

const ENDPOINTS = [
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "jwks_uri",
  "revocation_endpoint",
  "introspection_endpoint",
  "pushed_authorization_request_endpoint",
  "device_authorization_endpoint",
  "end_session_endpoint",
];

describe("oidcc-discovery-endpoint-verification", () => {
  it("the document is JSON, and may be cached and read by every origin", async () => {
    const { status, headers } = await fetch(endpoint("/.well-known/openid-configuration"), {
      headers: { Origin: "https://client.example.com" },
    });
    expect([status, headers.get("Content-Type"), headers.get("Access-Control-Allow-Origin")]).toEqual([
      200,
      expect.stringContaining("application/json"),
      "*",
    ]);
    expect(headers.get("Cache-Control")).toMatch(/max-age=\d+/);
  });

  it("the issuer is the URL at which the document is", () => {
    expect(metadata.issuer).toBe(inject("clientsService").issuer);
  });

  it.each(ENDPOINTS)("%s is a URL of the issuer without a query or a fragment", (name) => {
    expect(metadata[name]).toMatch(new RegExp(`^${inject("clientsService").issuer}/[\\w/.-]+$`));
  });

  it("names what the service supports, and what it does not", () => {
    expect(metadata).toMatchObject({
      scopes_supported: expect.arrayContaining(["openid", "profile", "email", "phone", "offline_access"]),
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: expect.arrayContaining([
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
      ]),
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: expect.arrayContaining(["RS256"]),
      code_challenge_methods_supported: ["S256"],
      claims_supported: expect.arrayContaining(["sub", "iss", "auth_time", "acr", "email"]),
      // The defaults of Discovery §3 differ from these.
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    });
    expect(metadata.id_token_signing_alg_values_supported).not.toContain("none");
  });

  it("the document of RFC 8414 is the same", async () => {
    expect(await (await fetch(endpoint("/.well-known/oauth-authorization-server"))).json()).toEqual(metadata);
  });

  it("the key set has public keys only, each with its own kid, for RS256 and ES256", async () => {
    const { keys } = (await (await fetch(String(metadata.jwks_uri))).json()) as { keys: readonly Jwk[] };
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(["RS256", "ES256"]));
    for (const key of keys) {
      expect(key).toMatchObject({ use: "sig", kid: expect.any(String) });
      for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"]) expect(key).not.toHaveProperty(secret);
      // RFC 7518 §3.3: 2048 bits or more.
      if (key.kty === "RSA") expect(Buffer.from(key.n ?? "", "base64url").length).toBeGreaterThanOrEqual(256);
    }
  });
});
