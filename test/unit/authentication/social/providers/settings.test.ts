import { describe, expect, it } from "vitest";
import { readSocialSettings } from "../../../../../src/authentication/social/providers/settings.ts";

const keys = { SOCIAL_GOOGLE_CLIENT_ID: "an-id", SOCIAL_GOOGLE_CLIENT_SECRET: "a-secret" };
const read = (raw: Record<string, unknown>, isDevelopment = false) => readSocialSettings(raw, isDevelopment);
const problemsOf = (raw: Record<string, unknown>, isDevelopment = false) => {
  const result = read(raw, isDevelopment);
  return "problems" in result ? result.problems.map(({ path }) => path).sort() : [];
};

describe("readSocialSettings", () => {
  it("turns on only the providers whose credentials are set", () => {
    expect(read({})).toEqual({ settings: {} });
    expect(read({ SOCIAL_GOOGLE_CLIENT_ID: " ", SOCIAL_GITHUB_CLIENT_SECRET: "" })).toEqual({ settings: {} });
    expect(read(keys)).toEqual({
      settings: {
        google: {
          clientId: "an-id",
          clientSecret: "a-secret",
          issuer: "https://accounts.google.com",
          name: "Google",
          email: { trust: "verified", domains: [], isConfigured: false },
          own: {},
        },
      },
    });
  });

  it("trusts the addresses of a provider as configured, and those of GitHub, Facebook and OpenID providers as implied by default", () => {
    const client = (id: string) => ({
      [`SOCIAL_${id}_CLIENT_ID`]: "an-id",
      [`SOCIAL_${id}_CLIENT_SECRET`]: "a-secret",
      [`SOCIAL_${id}_ISSUER`]: "https://login.example.com",
    });
    const implied = { trust: "implied", domains: [], isConfigured: false };
    expect(read({ ...client("GITHUB"), ...client("FACEBOOK"), ...client("OIDC") })).toMatchObject({
      settings: { github: { email: implied }, facebook: { email: implied }, oidc: { email: implied } },
    });
    const configured = {
      ...client("OIDC"),
      SOCIAL_OIDC_EMAIL_TRUST: "verified",
      SOCIAL_OIDC_EMAIL_DOMAINS: "Example.com, bücher.example",
    };
    expect(read(configured)).toMatchObject({
      settings: {
        oidc: {
          email: {
            trust: "verified",
            domains: ["example.com", "xn--bcher-kva.example"],
            isConfigured: true,
          },
        },
      },
    });
  });

  it.each([
    [{ SOCIAL_GOOGLE_EMAIL_TRUST: "always" }, "SOCIAL_GOOGLE_EMAIL_TRUST"],
    [{ SOCIAL_GOOGLE_EMAIL_DOMAINS: "example.com" }, "SOCIAL_GOOGLE_EMAIL_DOMAINS"],
    [
      { SOCIAL_GOOGLE_EMAIL_TRUST: "implied", SOCIAL_GOOGLE_EMAIL_DOMAINS: "example.com" },
      "SOCIAL_GOOGLE_EMAIL_DOMAINS",
    ],
    [
      { SOCIAL_GOOGLE_EMAIL_TRUST: "verified", SOCIAL_GOOGLE_EMAIL_DOMAINS: "example.com,@example.org" },
      "SOCIAL_GOOGLE_EMAIL_DOMAINS",
    ],
  ])("rejects the trust in addresses %j", (variables, problem) => {
    expect(problemsOf({ ...keys, ...variables })).toEqual([problem]);
  });

  it("reads a custom issuer and display name", () => {
    const oidc = {
      SOCIAL_OIDC_CLIENT_ID: "an-id",
      SOCIAL_OIDC_CLIENT_SECRET: "a-secret",
      SOCIAL_OIDC_ISSUER: "https://login.example.com/realms/one",
      SOCIAL_OIDC_NAME: "Example",
    };
    expect(read(oidc)).toMatchObject({
      settings: { oidc: { issuer: "https://login.example.com/realms/one", name: "Example" } },
    });
  });

  it("reports the missing variables of a partly configured provider", () => {
    expect(problemsOf({ SOCIAL_GITHUB_CLIENT_ID: "an-id" })).toEqual(["SOCIAL_GITHUB_CLIENT_SECRET"]);
    expect(problemsOf({ SOCIAL_GITHUB_ISSUER: "https://github.example.com" })).toEqual([
      "SOCIAL_GITHUB_CLIENT_ID",
      "SOCIAL_GITHUB_CLIENT_SECRET",
    ]);
    expect(problemsOf({ SOCIAL_OIDC_CLIENT_ID: "an-id", SOCIAL_OIDC_CLIENT_SECRET: "s" })).toEqual([
      "SOCIAL_OIDC_ISSUER",
    ]);
  });

  it.each([
    "http://issuer.example.com",
    "issuer",
    "https://user:word@issuer.example.com",
    "https://i.example.com/?x",
  ])("rejects the issuer %s in production", (issuer) => {
    expect(problemsOf({ ...keys, SOCIAL_GOOGLE_ISSUER: issuer })).toEqual(["SOCIAL_GOOGLE_ISSUER"]);
  });

  it("accepts a plain http issuer in development", () => {
    expect(problemsOf({ ...keys, SOCIAL_GOOGLE_ISSUER: "http://127.0.0.1:4000" }, true)).toEqual([]);
  });

  it("rejects credentials that a header cannot carry without repeating their values", () => {
    const result = read({ SOCIAL_GOOGLE_CLIENT_ID: "a b", SOCIAL_GOOGLE_CLIENT_SECRET: "a\nsecret" });
    expect(JSON.stringify(result)).not.toContain('secret"');
    expect(problemsOf({ SOCIAL_GOOGLE_CLIENT_ID: "a b", SOCIAL_GOOGLE_CLIENT_SECRET: "a\nsecret" })).toEqual([
      "SOCIAL_GOOGLE_CLIENT_ID",
      "SOCIAL_GOOGLE_CLIENT_SECRET",
    ]);
  });

  it("names each OpenID provider by its variables, with settings of its own", () => {
    const client = (name: string, issuer: string) => ({
      [`SOCIAL_OIDC_${name}CLIENT_ID`]: "an-id",
      [`SOCIAL_OIDC_${name}CLIENT_SECRET`]: "a-secret",
      [`SOCIAL_OIDC_${name}ISSUER`]: issuer,
    });
    const result = read({
      ...client("", "https://one.example.com"),
      ...client("KEYCLOAK_", "https://two.example.com"),
      ...client("EMAIL_", "https://three.example.com"),
      SOCIAL_OIDC_KEYCLOAK_NAME: "Staff",
      SOCIAL_OIDC_KEYCLOAK_EMAIL_TRUST: "none",
    });
    expect(result).toMatchObject({
      settings: {
        oidc: { issuer: "https://one.example.com", name: "OpenID Connect", email: { trust: "implied" } },
        "oidc-keycloak": { issuer: "https://two.example.com", name: "Staff", email: { trust: "none" } },
        "oidc-email": { issuer: "https://three.example.com", name: "Email" },
      },
    });
    expect(problemsOf({ SOCIAL_OIDC_OKTA_CLIENT_ID: "an-id" })).toEqual([
      "SOCIAL_OIDC_OKTA_CLIENT_SECRET",
      "SOCIAL_OIDC_OKTA_ISSUER",
    ]);
  });

  it.each(["discovered", "client_secret_basic", "client_secret_post"])(
    "reads the client authentication %s of an OpenID provider",
    (method) => {
      const client = { SOCIAL_OIDC_CLIENT_ID: "an-id", SOCIAL_OIDC_CLIENT_SECRET: "a-secret" };
      const variables = {
        ...client,
        SOCIAL_OIDC_ISSUER: "https://one.example.com",
        SOCIAL_OIDC_CLIENT_AUTH: method,
      };
      expect(read(variables)).toMatchObject({ settings: { oidc: { own: { CLIENT_AUTH: method } } } });
      expect(problemsOf({ ...variables, SOCIAL_OIDC_CLIENT_AUTH: "private_key_jwt" })).toEqual([
        "SOCIAL_OIDC_CLIENT_AUTH",
      ]);
    },
  );

  it.each(["common", "organizations", "11111111-1111-4111-8111-111111111111"])(
    "reads the tenant %s of Microsoft",
    (tenant) => {
      const client = { SOCIAL_MICROSOFT_CLIENT_ID: "an-id", SOCIAL_MICROSOFT_CLIENT_SECRET: "a-secret" };
      expect(read(client)).toMatchObject({ settings: { microsoft: { own: { TENANT: "common" } } } });
      const withTenant = { ...client, SOCIAL_MICROSOFT_TENANT: tenant };
      expect(read(withTenant)).toMatchObject({ settings: { microsoft: { own: { TENANT: tenant } } } });
    },
  );

  // A tenant by its domain has another issuer, and `consumers` is a tenant by another name.
  it.each(["example.onmicrosoft.com", "consumers", "../common", "11111111111141118111111111111111"])(
    "rejects the tenant %s of Microsoft",
    (tenant) => {
      const client = { SOCIAL_MICROSOFT_CLIENT_ID: "an-id", SOCIAL_MICROSOFT_CLIENT_SECRET: "a-secret" };
      expect(problemsOf({ ...client, SOCIAL_MICROSOFT_TENANT: tenant })).toEqual(["SOCIAL_MICROSOFT_TENANT"]);
    },
  );
});

describe("the private key of Apple", () => {
  const pemOf = async (curve: "P-256" | "P-384") => {
    const algorithm = { name: "ECDSA", namedCurve: curve };
    const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as {
      readonly privateKey: CryptoKey;
    };
    const bytes = (await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer;
    const lines = btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/.{64}/g, "$&\n");
    return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
  };
  const apple = (pem: string) => ({
    SOCIAL_APPLE_CLIENT_ID: "com.example.web",
    SOCIAL_APPLE_TEAM_ID: "TEAM123456",
    SOCIAL_APPLE_KEY_ID: "KEY1234567",
    SOCIAL_APPLE_PRIVATE_KEY: pem,
  });

  it("is the content of the key file, in several lines or with \\n in one", async () => {
    const pem = await pemOf("P-256");
    for (const text of [pem, pem.trim(), pem.replaceAll("\n", "\\n"), pem.replaceAll("\n", "\r\n")]) {
      const result = read(apple(text));
      expect(result).toMatchObject({
        settings: { apple: { name: "Apple", own: { TEAM_ID: "TEAM123456", KEY_ID: "KEY1234567" } } },
      });
    }
  });

  it("is refused if it is another text or of another curve, without repeating it", async () => {
    const body = "canary";
    const wrapped = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`;
    const sec1 = (await pemOf("P-256")).replaceAll("PRIVATE KEY", "EC PRIVATE KEY");
    for (const text of [body, wrapped, sec1, await pemOf("P-384"), "AuthKey_KEY1234567.p8"]) {
      const result = read(apple(text));
      expect(problemsOf(apple(text))).toEqual(["SOCIAL_APPLE_PRIVATE_KEY"]);
      expect(JSON.stringify(result)).not.toContain(body);
    }
  });

  it("is required with the ids of team and key", () => {
    expect(problemsOf({ SOCIAL_APPLE_CLIENT_ID: "com.example.web" })).toEqual([
      "SOCIAL_APPLE_KEY_ID",
      "SOCIAL_APPLE_PRIVATE_KEY",
      "SOCIAL_APPLE_TEAM_ID",
    ]);
  });
});
