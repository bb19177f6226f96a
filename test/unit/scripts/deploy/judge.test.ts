import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readDeployCall } from "../../../../scripts/deploy/command-line.ts";
import { judgeHealth } from "../../../../scripts/deploy/judge-health.ts";
import { isSecretName, judgeVariables } from "../../../../scripts/deploy/judge-variables.ts";
import { readSecretsFile } from "../../../../scripts/deploy/secrets.ts";
import { createScratchDirectory } from "../../../../scripts/shared/scratch-directory.ts";

const variables = {
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_FROM: "x@example.com",
};

describe("variables", () => {
  it("are judged by the service's own reader, with its secrets taken as they are", () => {
    expect(judgeVariables({ variables, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] })).toEqual([]);
    const names = judgeVariables({ variables, secrets: [] }).map(({ name, mend }) => [name, mend]);
    expect(names).toEqual([
      ["AUTH_SECRET", expect.stringContaining("openssl rand")],
      ["MAIL_API_KEY", "npx wrangler secret put MAIL_API_KEY"],
    ]);
  });

  it("say nothing of what is in a secret", () => {
    const secrets = ["AUTH_SECRET", "MAIL_API_KEY", "AUDIT_RETENTION_DAYS"];
    expect(judgeVariables({ variables, secrets })).toEqual([]);
  });

  it("must not be misspelt, in the file, in what is given or in what the Worker has", () => {
    const findings = judgeVariables({
      variables: { ...variables, LOGIN_OPT: "always", GIT_REVISION: "1" },
      given: { CAPTCHA_SECRETE: "not to be shown" },
      secrets: ["AUTH_SECRET", "MAIL_API_KEY", "MAIL_API_KEI"],
    });
    expect(findings.map(({ says }) => says)).toEqual([
      "LOGIN_OPT is no variable of this service. Did you mean LOGIN_OTP?",
      "MAIL_API_KEI is no variable of this service. Did you mean MAIL_API_KEY?",
      "CAPTCHA_SECRETE is no variable of this service. Did you mean CAPTCHA_SECRET?",
    ]);
    expect(JSON.stringify(findings)).not.toContain("not to be shown");
  });

  it("judge the secrets that are given by the same rules, and do not show them", () => {
    const given = { AUTH_SECRET: "short", MAIL_API_KEY: "re_example" };
    const findings = judgeVariables({ variables, given, secrets: ["AUTH_SECRET"] });
    expect(findings).toEqual([
      {
        name: "AUTH_SECRET",
        says: "AUTH_SECRET must have 32 bytes at least",
        mend: expect.stringContaining("--secrets-file"),
      },
    ]);
  });

  it("name a variable that is wrong, and not its value", () => {
    const wrong = { ...variables, PUBLIC_URL: "http://auth.example.com", ENVIRONMENT: "staging" };
    const findings = judgeVariables({ variables: wrong, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] });
    expect(findings.map(({ name }) => name)).toEqual(["ENVIRONMENT", "PUBLIC_URL"]);
    expect(JSON.stringify(findings)).not.toContain("http://auth");
  });

  it("are those of production: development has to be meant, and what it alone may have is named besides", () => {
    const secrets = ["AUTH_SECRET"];
    const development = { ENVIRONMENT: " development ", RATE_LIMITS: "off" };
    const findings = judgeVariables({ variables: development, secrets });
    const names = ["ENVIRONMENT", "PUBLIC_URL", "MAIL_PROVIDER", "MAIL_FROM", "RATE_LIMITS"];
    expect(findings.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(findings[0]).toMatchObject({
      says: expect.stringMatching(/^ENVIRONMENT is development:/),
      mend: expect.stringContaining("npm run deploy -- --allow-development"),
    });
    expect(judgeVariables({ variables: development, secrets, isDevelopmentMeant: true })).toEqual([]);
    const given = { ENVIRONMENT: "development" };
    const [first] = judgeVariables({ variables, given, secrets: ["AUTH_SECRET", "MAIL_API_KEY"] });
    expect(first?.mend).toContain("--secrets-file");
  });

  it.each([
    ["AUTH_SECRET", true],
    ["SMS_TWILIO_AUTH_TOKEN", true],
    ["MAIL_SES_SECRET_ACCESS_KEY", true],
    ["SOCIAL_GOOGLE_CLIENT_ID", false],
    ["MAIL_SES_ACCESS_KEY_ID", false],
    ["PUBLIC_URL", false],
  ])("%s is a secret: %s", (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });
});

describe("a secrets file", () => {
  const scratch = createScratchDirectory();
  afterAll(scratch.remove);
  const read = (text: string) => {
    const path = join(scratch.path, "secrets");
    writeFileSync(path, text);
    return readSecretsFile(path);
  };

  it("is JSON or lines", () => {
    expect(read('{"A": "1", "B": ""}')).toEqual({ A: "1", B: "" });
    expect(read("A=1\nB='2 3'\n")).toEqual({ A: "1", B: "2 3" });
    expect(readSecretsFile(undefined)).toEqual({});
  });

  it.each([
    ['{"AUTH_SECRET_PREVIOUS": null}', "npx wrangler secret delete AUTH_SECRET_PREVIOUS"],
    ['{"A": 1}', "A must be a text"],
    ['{"A": {"B": "1"}}', "A must be a text"],
    ["null", "neither JSON nor lines"],
    ['{"A": ', "neither JSON nor lines"],
  ])("is refused with the mend: %s", (text, says) => {
    expect(() => read(text)).toThrow(says);
  });
});

describe("health", () => {
  const keys = { status: 200, count: 1 };
  it.each([
    [{ health: null, keys: null }, "does not answer"],
    [{ health: { status: 503 }, keys: null }, "answers 503"],
    [{ health: { status: 404 }, keys: null }, "healthz answers 404"],
    [{ health: { status: 200 }, keys, failing: ["kv"] }, "does not get what it stands on: kv"],
    [{ health: { status: 200 }, keys: { status: 503, count: 0 } }, "no signing keys"],
    [{ health: { status: 200 }, keys: { status: 200, count: 0 } }, "no signing keys"],
  ])("%j is not well", (seen, says) => {
    expect(judgeHealth("https://auth.example.com", { failing: null, ...seen })).toMatchObject({
      healthy: false,
      says: expect.stringContaining(says),
    });
  });
  it("is well when it answers and has keys", () => {
    expect(judgeHealth("https://auth.example.com", { health: { status: 200 }, failing: [], keys })).toEqual({
      healthy: true,
    });
  });
});

describe("the command line", () => {
  it("keeps what is ours and hands on the rest in order", () => {
    const call = readDeployCall([
      ...["--make-secret", "--env", "staging", "--var", "A:1", "B:2:3", "--secrets-file", "s.env"],
      ...["--allow-development", "--health-url=http://x", "--tag", "v1"],
    ]);
    expect(call).toMatchObject({
      makeSecret: true,
      allowDevelopment: true,
      env: "staging",
      secretsFile: "s.env",
      healthUrl: "http://x",
    });
    expect(call?.vars).toEqual({ A: "1", B: "2:3" });
    expect(call?.others).toEqual(["--env", "staging", "--var", "A:1", "B:2:3", "--tag", "v1"]);
  });

  it("wants a value where there is none", () => {
    expect(() => readDeployCall(["--secrets-file"])).toThrow("--secrets-file needs a value");
    expect(readDeployCall(["--help"])).toBeNull();
    expect(readDeployCall(["--no-health"])?.healthUrl).toBe(false);
  });
});
