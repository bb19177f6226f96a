import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { knownVariables, unknownVariables } from "../../../scripts/shared/unknown-variables.ts";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /(?:^|[\\/])(?:config|settings|sender-variable)\.ts$/.test(name))
  .map((name) => readFileSync(join("src", name), "utf8"))
  .join("\n");

const said = (variables: Record<string, unknown>) => unknownVariables(variables).map(({ says }) => says);

describe("names that the service does not know", () => {
  it.each([
    [{ LOGIN_OPT: "always" }, "LOGIN_OPT is no variable of this service. Did you mean LOGIN_OTP?"],
    [{ login_otp: "always" }, "login_otp is no variable of this service. Did you mean LOGIN_OTP?"],
    [
      { ALLOWED_RETURN_URL: "https://app.example.com" },
      "ALLOWED_RETURN_URL is no variable of this service. Did you mean ALLOWED_RETURN_URLS?",
    ],
    [{ DATADOG_ENDPOINT: "https://logs.example.com" }, "DATADOG_ENDPOINT is no variable of this service."],
  ])("are said, with what may be meant: %j", (variables, says) => {
    expect(said(variables)).toEqual([says]);
  });

  it("are none of its own, of its bindings, and of the tools that read the same files", () => {
    const secrets = { AUTH_SECRET: "", AUTH_SECRET_PREVIOUS: "", SOCIAL_GITHUB_CLIENT_ID: "x" };
    const bindings = { AVATARS: {}, ASSETS: {}, BURST: {}, SEND_EMAIL: {} };
    expect(said({ ...secrets, ...bindings, CLOUDFLARE_ACCOUNT_ID: "x", NODE_ENV: "development" })).toEqual(
      [],
    );
  });
});

it("every variable that the service reads is a known one", () => {
  const read = [...sources.matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?=: | = |")/g)].map(
    ([, name]) => name,
  );
  const ours = read.filter((name) =>
    /^(?:ALLOWED|AUTH|APP|MAIL|SMS|CAPTCHA|LOGIN|RATE|REFRESH)_/.test(name ?? ""),
  );
  expect(ours.length).toBeGreaterThan(20);
  expect(ours.filter((name) => !knownVariables().includes(name ?? ""))).toEqual([]);
});
