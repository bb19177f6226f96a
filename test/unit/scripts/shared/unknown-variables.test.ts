import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { knownVariables, unknownVariables } from "../../../../scripts/shared/unknown-variables.ts";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /(?:^|[\\/])(?:config|settings|sender-variable)\.ts$/.test(name))
  .map((name) => readFileSync(join("src", name), "utf8"))
  .join("\n");

const messages = (variables: Record<string, unknown>) =>
  unknownVariables(variables).map(({ message }) => message);

describe("unknownVariables", () => {
  it.each([
    [{ LOGIN_OPT: "always" }, "The service has no variable LOGIN_OPT. Did you mean LOGIN_OTP?"],
    [{ login_otp: "always" }, "The service has no variable login_otp. Did you mean LOGIN_OTP?"],
    [
      { ALLOWED_ORIGIN: "https://app.example.com" },
      "The service has no variable ALLOWED_ORIGIN. Did you mean ALLOWED_ORIGINS?",
    ],
    [
      { SOCIAL_OIDC_KEYCLOAK_CLIENTID: "x" },
      "The service has no variable SOCIAL_OIDC_KEYCLOAK_CLIENTID. Did you mean SOCIAL_OIDC_KEYCLOAK_CLIENT_ID?",
    ],
    [{ DATADOG_ENDPOINT: "https://logs.example.com" }, "The service has no variable DATADOG_ENDPOINT."],
  ])("reports an unknown variable and suggests a similar one: %j", (variables, message) => {
    expect(messages(variables)).toEqual([message]);
  });

  it("leaves a replaced variable to the service, which refuses it", () => {
    expect(messages({ AUDIENCES: "gatehouse" })).toEqual([]);
  });

  it("reports no variable of the service, no binding and no variable of other tools", () => {
    const secrets = { AUTH_SECRET: "", AUTH_SECRET_PREVIOUS: "", SOCIAL_GITHUB_CLIENT_ID: "x" };
    const named = { SOCIAL_OIDC_KEYCLOAK_CLIENT_ID: "x", SOCIAL_OIDC_OKTA2_EMAIL_TRUST: "implied" };
    const bindings = { AVATARS: {}, ASSETS: {}, BURST: {}, SEND_EMAIL: {} };
    expect(
      messages({ ...secrets, ...named, ...bindings, CLOUDFLARE_ACCOUNT_ID: "x", NODE_ENV: "development" }),
    ).toEqual([]);
  });
});

it("docs/configuration.md documents every variable that the service reads", () => {
  const read = [...sources.matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?=: | = |")/g)].map(
    ([, name]) => name,
  );
  const ours = read.filter((name) =>
    /^(?:ALLOWED|AUTH|APP|MAIL|SMS|CAPTCHA|LOGIN|RATE|REFRESH)_/.test(name ?? ""),
  );
  expect(ours.length).toBeGreaterThan(20);
  expect(ours.filter((name) => !knownVariables().includes(name ?? ""))).toEqual([]);
});
