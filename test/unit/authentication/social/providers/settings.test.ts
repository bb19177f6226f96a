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
});
