import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readDeployOptions } from "../../../../scripts/deploy/command-line.ts";
import { judgeHealth } from "../../../../scripts/deploy/judge-health.ts";
import { isSecretName, judgeVariables } from "../../../../scripts/deploy/judge-variables.ts";
import { readSecretsFile } from "../../../../scripts/deploy/secrets.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";

const variables = {
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_FROM: "x@example.com",
};

describe("judgeVariables", () => {
  it("validates variables as the service does and accepts secrets by name", () => {
    expect(judgeVariables({ variables, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] })).toEqual([]);
    const names = judgeVariables({ variables, secrets: [] }).map(({ name, fix }) => [name, fix]);
    expect(names).toEqual([
      ["AUTH_SECRET", expect.stringContaining("openssl rand")],
      ["MAIL_API_KEY", "npx wrangler secret put MAIL_API_KEY"],
    ]);
  });

  it("reports nothing about the value of an unreadable secret", () => {
    const secrets = ["AUTH_SECRET", "MAIL_API_KEY", "AUDIT_RETENTION_DAYS"];
    expect(judgeVariables({ variables, secrets })).toEqual([]);
  });

  it("reports misspelt variables and secrets, and suggests the right name", () => {
    const findings = judgeVariables({
      variables: { ...variables, LOGIN_OPT: "always", GIT_REVISION: "1" },
      given: { CAPTCHA_SECRETE: "not to be shown" },
      secrets: ["AUTH_SECRET", "MAIL_API_KEY", "MAIL_API_KEI"],
    });
    expect(findings.map(({ message }) => message)).toEqual([
      "The service has no variable LOGIN_OPT. Did you mean LOGIN_OTP?",
      "The service has no variable MAIL_API_KEI. Did you mean MAIL_API_KEY?",
      "The service has no variable CAPTCHA_SECRETE. Did you mean CAPTCHA_SECRET?",
    ]);
    expect(JSON.stringify(findings)).not.toContain("not to be shown");
  });

  it("validates the secrets of a file and does not show them", () => {
    const given = { AUTH_SECRET: "short", MAIL_API_KEY: "re_example" };
    const findings = judgeVariables({ variables, given, secrets: ["AUTH_SECRET"] });
    expect(findings).toEqual([
      {
        name: "AUTH_SECRET",
        message: "AUTH_SECRET must have 32 bytes at least",
        fix: expect.stringContaining("--secrets-file"),
      },
    ]);
  });

  it("says which variable replaces AUDIENCES", () => {
    const findings = judgeVariables({
      variables: { ...variables, AUDIENCES: "gatehouse,notes" },
      secrets: ["AUTH_SECRET", "MAIL_API_KEY"],
    });
    expect(findings).toEqual([
      {
        name: "AUDIENCES",
        message: expect.stringMatching(/^AUDIENCES is replaced by RESOURCES: .*"alias":"app"/),
        fix: "remove it, and set RESOURCES (docs/configuration.md)",
      },
    ]);
  });

  it("names an invalid variable but not its value", () => {
    const wrong = { ...variables, PUBLIC_URL: "http://auth.example.com", ENVIRONMENT: "staging" };
    const findings = judgeVariables({ variables: wrong, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] });
    expect(findings.map(({ name }) => name)).toEqual(["ENVIRONMENT", "PUBLIC_URL"]);
    expect(JSON.stringify(findings)).not.toContain("http://auth");
  });

  it("refuses development settings unless development is allowed", () => {
    const secrets = ["AUTH_SECRET"];
    const development = { ENVIRONMENT: " development ", RATE_LIMITS: "off" };
    const findings = judgeVariables({ variables: development, secrets });
    const names = ["ENVIRONMENT", "PUBLIC_URL", "MAIL_PROVIDER", "MAIL_FROM", "RATE_LIMITS"];
    expect(findings.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(findings[0]).toMatchObject({
      message: expect.stringMatching(/^ENVIRONMENT is development:/),
      fix: expect.stringContaining("npm run deploy -- --allow-development"),
    });
    expect(judgeVariables({ variables: development, secrets, allowDevelopment: true })).toEqual([]);
    const given = { ENVIRONMENT: "development" };
    const [first] = judgeVariables({ variables, given, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] });
    expect(first?.fix).toContain("--secrets-file");
  });

  it.each([
    ["AUTH_SECRET", true],
    ["SMS_TWILIO_AUTH_TOKEN", true],
    ["MAIL_SES_SECRET_ACCESS_KEY", true],
    ["SOCIAL_GOOGLE_CLIENT_ID", false],
    ["MAIL_SES_ACCESS_KEY_ID", false],
    ["PUBLIC_URL", false],
  ])("classifies %s as a secret: %s", (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });
});

describe("readSecretsFile", () => {
  const scratch = createScratchDirectory();
  afterAll(scratch.remove);
  const read = (text: string) => {
    const path = join(scratch.path, "secrets");
    writeFileSync(path, text);
    return readSecretsFile(path);
  };

  it("reads JSON and NAME=value lines", () => {
    expect(read('{"A": "1", "B": ""}')).toEqual({ A: "1", B: "" });
    expect(read("A=1\nB='2 3'\n")).toEqual({ A: "1", B: "2 3" });
    expect(readSecretsFile(undefined)).toEqual({});
  });

  it.each([
    ['{"AUTH_SECRET_PREVIOUS": null}', "npx wrangler secret delete AUTH_SECRET_PREVIOUS"],
    ['{"A": 1}', "A must be a string"],
    ['{"A": {"B": "1"}}', "A must be a string"],
    ["null", "neither JSON nor lines"],
    ['{"A": ', "neither JSON nor lines"],
  ])("refuses %s and states the fix", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe("judgeHealth", () => {
  const keys = { status: 200, count: 1 };
  it.each([
    [{ health: null, keys: null }, "does not respond"],
    [{ health: { status: 503 }, keys: null }, "responds with 503"],
    [{ health: { status: 404 }, keys: null }, "healthz responds with 404"],
    [{ health: { status: 200 }, keys, failing: ["kv"] }, "these dependencies fail: kv"],
    [{ health: { status: 200 }, keys: { status: 503, count: 0 } }, "no signing keys"],
    [{ health: { status: 200 }, keys: { status: 200, count: 0 } }, "no signing keys"],
  ])("reports %j as unhealthy", (observed, message) => {
    expect(judgeHealth("https://auth.example.com", { failing: null, ...observed })).toMatchObject({
      healthy: false,
      message: expect.stringContaining(message),
    });
  });
  it("reports a service that responds and has keys as healthy", () => {
    expect(judgeHealth("https://auth.example.com", { health: { status: 200 }, failing: [], keys })).toEqual({
      healthy: true,
    });
  });
});

describe("readDeployOptions", () => {
  it("keeps the script's own options and passes the others on to wrangler", () => {
    const options = readDeployOptions([
      ...["--make-secret", "--env", "staging", "--var", "A:1", "B:2:3", "--secrets-file", "s.env"],
      ...["--allow-development", "--health-url=http://x", "--tag", "v1"],
    ]);
    expect(options).toMatchObject({
      makeSecret: true,
      allowDevelopment: true,
      env: "staging",
      secretsFile: "s.env",
      healthUrl: "http://x",
    });
    expect(options.vars).toEqual({ A: "1", B: "2:3" });
    expect(options.wranglerArguments).toEqual([
      ...["--tag", "v1", "--env", "staging", "--var", "A:1", "--var", "B:2:3"],
    ]);
  });

  it("passes wrangler's own options on, also those that the script reads", () => {
    const { dryRun, keepVars, wranglerArguments } = readDeployOptions([
      ...["src/index.ts", "--dry-run", "--keep-vars", "-c", "w.toml", "--name", "other", "--minify", "-y"],
    ]);
    expect([dryRun, keepVars]).toEqual([true, true]);
    expect(wranglerArguments).toEqual([
      ...["src/index.ts", "--minify", "--config", "w.toml", "--name", "other", "--dry-run", "--keep-vars"],
    ]);
  });

  it("refuses an option without its value", () => {
    expect(() => readDeployOptions(["--secrets-file"])).toThrow(
      "option '--secrets-file <file>' argument missing",
    );
  });

  it("prints help and turns the health check off", () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    expect(() => readDeployOptions(["--help"])).toThrow(CommanderError);
    expect(write.mock.calls.join("")).toContain("--make-secret");
    write.mockRestore();
    expect(readDeployOptions(["--no-health"]).healthUrl).toBe(false);
  });
});
