import { describe, expect, it } from "vitest";
import { readSocialSettings } from "../../../../../src/authentication/social/providers/settings.ts";

const keys = { SOCIAL_GOOGLE_CLIENT_ID: "an-id", SOCIAL_GOOGLE_CLIENT_SECRET: "a-secret" };
const read = (raw: Record<string, unknown>, isDevelopment = false) => readSocialSettings(raw, isDevelopment);
const problemsOf = (raw: Record<string, unknown>, isDevelopment = false) => {
  const result = read(raw, isDevelopment);
  return "problems" in result ? result.problems.map(({ path }) => path).sort() : [];
};

describe("the SOCIAL_ variables", () => {
  it("turn a provider on when its keys are set, and leave the others off", () => {
    expect(read({})).toEqual({ settings: {} });
    expect(read({ SOCIAL_GOOGLE_CLIENT_ID: " ", SOCIAL_GITHUB_CLIENT_SECRET: "" })).toEqual({ settings: {} });
    expect(read(keys)).toEqual({
      settings: {
        google: {
          clientId: "an-id",
          clientSecret: "a-secret",
          issuer: "https://accounts.google.com",
          name: "Google",
        },
      },
    });
  });

  it("name another issuer, and what people call it", () => {
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

  it("are a mistake when half of them are set", () => {
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
  ])("refuse the issuer %s in production", (issuer) => {
    expect(problemsOf({ ...keys, SOCIAL_GOOGLE_ISSUER: issuer })).toEqual(["SOCIAL_GOOGLE_ISSUER"]);
  });

  it("take a plain http issuer in development alone", () => {
    expect(problemsOf({ ...keys, SOCIAL_GOOGLE_ISSUER: "http://127.0.0.1:4000" }, true)).toEqual([]);
  });

  it("refuse keys that no header could carry, and repeat no value", () => {
    const result = read({ SOCIAL_GOOGLE_CLIENT_ID: "a b", SOCIAL_GOOGLE_CLIENT_SECRET: "a\nsecret" });
    expect(JSON.stringify(result)).not.toContain('secret"');
    expect(problemsOf({ SOCIAL_GOOGLE_CLIENT_ID: "a b", SOCIAL_GOOGLE_CLIENT_SECRET: "a\nsecret" })).toEqual([
      "SOCIAL_GOOGLE_CLIENT_ID",
      "SOCIAL_GOOGLE_CLIENT_SECRET",
    ]);
  });
});
