import { describe, expect, it } from "vitest";
import {
  type ConfigFacts,
  judgeBindings,
  judgeHashing,
  judgeMigrations,
  judgeTools,
} from "../../../../scripts/doctor/judge-configuration.ts";
import { judgeKeys, judgeSecrets } from "../../../../scripts/doctor/judge-secrets.ts";
import { CRONS } from "../../../../src/jobs/schedule.ts";
import { failures } from "./failed-findings.ts";

describe("judgeBindings", () => {
  const complete: ConfigFacts = {
    d1: ["DB"],
    kv: ["KV"],
    r2: ["AVATARS"],
    assets: { binding: "ASSETS", workerFirst: true },
    rateLimits: ["BURST"],
    sendEmail: [],
    analytics: [],
    crons: Object.keys(CRONS),
    redactsQuery: true,
    mailProvider: "resend",
  };
  it("accepts the bindings of wrangler.toml", () => expect(failures(judgeBindings(complete))).toEqual([]));

  it.each([
    [{ d1: [] }, "fail no D1 is bound as DB"],
    [{ kv: ["CACHE"] }, "fail no KV is bound as KV"],
    [{ r2: [] }, "fail no R2 is bound as AVATARS"],
    [{ assets: null }, "fail no assets"],
    [
      { assets: { binding: "ASSETS", workerFirst: false } },
      "fail Cloudflare would serve files of public/ without the Worker",
    ],
    [{ rateLimits: [] }, "warn no BURST"],
    [{ mailProvider: "cloudflare" }, "fail MAIL_PROVIDER is cloudflare, and nothing is bound as SEND_EMAIL"],
    [{ crons: ["* * * * *"] }, 'fail no trigger "17 * * * *"'],
    [{ redactsQuery: false }, "warn the logs would contain the tokens of mailed links"],
  ])("reports %j", (part, message) => {
    expect(failures(judgeBindings({ ...complete, ...part }))).toEqual([expect.stringContaining(message)]);
  });
});

describe("judgeTools", () => {
  it.each([
    ["20.20.2", "4.1.0", ["fail 20.20.2 is older than 22.18"]],
    ["22.17.0", "4.1.0", ["fail 22.17.0 is older than 22.18"]],
    ["24.0.0", "4.0.0", ["warn 4.0.0 is installed; 4.1.0 is the tested version"]],
    ["24.0.0", null, ["fail is not installed"]],
    ["22.18.0", "4.1.0", []],
  ])("judges Node %s with wrangler %s", (node, wrangler, expected) => {
    expect(failures(judgeTools({ node, wrangler, pinnedWrangler: "4.1.0" }))).toEqual(expected);
  });
});

describe("judgeSecrets", () => {
  const vars = {
    PUBLIC_URL: "https://auth.example.com",
    MAIL_PROVIDER: "resend",
    MAIL_FROM: "x@example.com",
  };
  const remote = {
    isRemote: true,
    inFile: vars,
    variables: vars,
    secretNames: ["AUTH_SECRET", "MAIL_API_KEY"],
  };
  it("accepts remote secrets by their names", () => {
    expect(failures(judgeSecrets(remote))).toEqual([]);
    expect(JSON.stringify(judgeSecrets(remote))).toContain(
      "not checked: the values of AUTH_SECRET, MAIL_API_KEY",
    );
  });

  it.each([
    [{ secretNames: null }, "fail Cloudflare has no Worker"],
    [{ secretNames: ["MAIL_API_KEY"] }, "fail AUTH_SECRET must be set"],
    [{ inFile: { CAPTCHA_SECRET: "x" } }, "fail CAPTCHA_SECRET is in [vars]"],
    [{ variables: { ...vars, ENVIRONMENT: "development" } }, "fail ENVIRONMENT is development"],
    [{ secretNames: [...remote.secretNames, "ENVIRONMENT"] }, "warn ENVIRONMENT is a secret"],
    [
      { variables: { ...vars, LOGIN_OPT: "off" } },
      "fail The service has no variable LOGIN_OPT. Did you mean LOGIN_OTP?",
    ],
    [{ variables: { ...vars, GIT_REVISION: "1" } }, "warn The service has no variable GIT_REVISION."],
  ])("reports remotely %j", (part, message) => {
    expect(failures(judgeSecrets({ ...remote, ...part }))).toContainEqual(expect.stringContaining(message));
  });

  it("checks local secrets by their values and does not show them", () => {
    const secret = "a root secret of 32 bytes or more, twice";
    const variables = { ENVIRONMENT: "development", AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: secret };
    const local = { isRemote: false, inFile: {}, variables, secretNames: [] };
    expect(failures(judgeSecrets(local))).toEqual(["warn AUTH_SECRET_PREVIOUS is the same as AUTH_SECRET"]);
    expect(JSON.stringify(judgeSecrets(local))).not.toContain(secret);
    const short = { ENVIRONMENT: "development", AUTH_SECRET: "short", LOGIN_OTP: "sometimes" };
    const fixes = judgeSecrets({ ...local, variables: short, file: "other.env" }).map(({ fix }) => fix);
    expect(fixes).toEqual([
      expect.stringMatching(/^correct it in other\.env: openssl rand/),
      "correct LOGIN_OTP in other.env (docs/configuration.md)",
    ]);
  });
});

describe("judgeMigrations", () => {
  const files = ["0000_a.sql", "0001_b.sql"];
  const judge = (applied: string[]) => failures(judgeMigrations({ isRemote: true, files, applied }));
  it("reports pending and unknown migrations", () => {
    expect(judge(files)).toEqual([]);
    expect(judge(["0000_a.sql"])).toEqual(["fail 1 of 2 are not applied: 0001_b.sql"]);
    expect(judge([...files, "0002_c.sql"])).toEqual([
      "warn the database is ahead of this checkout: 0002_c.sql",
    ]);
  });
});

describe("judgeKeys", () => {
  const sealed = (root: string, keys = 1) => ({ root, keys });
  it.each([
    [["new"], [sealed("new")], null, []],
    [[], [sealed("new")], null, []],
    [["new"], [], null, []],
    [["new"], [sealed("old"), sealed("new")], null, ["fail the newest is sealed by a secret"]],
    [["new", "old"], [sealed("old")], 3, []],
    [["new", "old"], [sealed("new"), sealed("old", 2)], 0, []],
    [["new", "old"], [sealed("new")], 0, ["warn no signing key and no password depends on it"]],
  ])("judges roots %j, keys %j and other passwords %s", (roots, sealedBy, otherPasswords, expected) => {
    const messages = failures(judgeKeys({ roots, sealedBy, otherPasswords }));
    expect(messages).toEqual(expected.map((one) => expect.stringContaining(one)));
  });
});

describe("judgeHashing", () => {
  it("warns below OWASP's recommendation and states the cost", () => {
    expect(failures([judgeHashing(1)])).toEqual([expect.stringContaining("100000 iterations")]);
    expect(judgeHashing(6)).toMatchObject({ level: "ok", message: expect.stringContaining("72 ms") });
  });
});
