import { describe, expect, it } from "vitest";
import { type ConfigFacts, judgeBindings } from "../../../../scripts/doctor/judge-bindings.ts";
import { judgeHashing } from "../../../../scripts/doctor/judge-hashing.ts";
import { judgeKeys } from "../../../../scripts/doctor/judge-keys.ts";
import { judgeMigrations } from "../../../../scripts/doctor/judge-migrations.ts";
import { judgeSecrets } from "../../../../scripts/doctor/judge-secrets.ts";
import { judgeTools } from "../../../../scripts/doctor/judge-tools.ts";
import { CRONS } from "../../../../src/jobs/schedule.ts";
import { wrong } from "./failed-findings.ts";

describe("bindings", () => {
  const whole: ConfigFacts = {
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
  it("are well as wrangler.toml has them", () => expect(wrong(judgeBindings(whole))).toEqual([]));

  it.each([
    [{ d1: [] }, "fail no D1 is bound as DB"],
    [{ kv: ["CACHE"] }, "fail no KV is bound as KV"],
    [{ r2: [] }, "fail no R2 is bound as AVATARS"],
    [{ assets: null }, "fail no assets"],
    [{ assets: { binding: "ASSETS", workerFirst: false } }, "fail files of public/ would be served past"],
    [{ rateLimits: [] }, "warn no BURST"],
    [{ mailProvider: "cloudflare" }, "fail MAIL_PROVIDER is cloudflare, and nothing is bound as SEND_EMAIL"],
    [{ crons: ["* * * * *"] }, 'fail no trigger "17 * * * *"'],
    [{ redactsQuery: false }, "warn the token of a mailed link"],
  ])("%j", (part, says) => {
    expect(wrong(judgeBindings({ ...whole, ...part }))).toEqual([expect.stringContaining(says)]);
  });
});

describe("tools", () => {
  it.each([
    ["20.20.2", "4.1.0", ["fail 20.20.2 is older than 22.18"]],
    ["22.17.0", "4.1.0", ["fail 22.17.0 is older than 22.18"]],
    ["24.0.0", "4.0.0", ["warn 4.0.0 is installed, and 4.1.0 is what this was tested with"]],
    ["24.0.0", null, ["fail is not installed"]],
    ["22.18.0", "4.1.0", []],
  ])("Node %s, wrangler %s", (node, wrangler, expected) => {
    expect(wrong(judgeTools({ node, wrangler, pinnedWrangler: "4.1.0" }))).toEqual(expected);
  });
});

describe("secrets", () => {
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
  it("are well when their names are there", () => {
    expect(wrong(judgeSecrets(remote))).toEqual([]);
    expect(JSON.stringify(judgeSecrets(remote))).toContain(
      "not seen: the values of AUTH_SECRET, MAIL_API_KEY",
    );
  });

  it.each([
    [{ secretNames: null }, "fail Cloudflare has no Worker"],
    [{ secretNames: ["MAIL_API_KEY"] }, "fail AUTH_SECRET must be set"],
    [{ inFile: { CAPTCHA_SECRET: "x" } }, "fail CAPTCHA_SECRET stands in [vars]"],
    [{ variables: { ...vars, ENVIRONMENT: "development" } }, "fail ENVIRONMENT is development"],
    [{ secretNames: [...remote.secretNames, "ENVIRONMENT"] }, "warn ENVIRONMENT is a secret"],
    [
      { variables: { ...vars, LOGIN_OPT: "off" } },
      "fail LOGIN_OPT is no variable of this service. Did you mean LOGIN_OTP?",
    ],
    [{ variables: { ...vars, GIT_REVISION: "1" } }, "warn GIT_REVISION is no variable of this service."],
  ])("%j", (part, says) => {
    expect(wrong(judgeSecrets({ ...remote, ...part }))).toContainEqual(expect.stringContaining(says));
  });

  it("are told apart locally, where they are known", () => {
    const secret = "a root secret of 32 bytes or more, twice";
    const variables = { ENVIRONMENT: "development", AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: secret };
    const local = { isRemote: false, inFile: {}, variables, secretNames: [] };
    expect(wrong(judgeSecrets(local))).toEqual(["warn AUTH_SECRET_PREVIOUS is the same as AUTH_SECRET"]);
    expect(JSON.stringify(judgeSecrets(local))).not.toContain(secret);
    const short = { ENVIRONMENT: "development", AUTH_SECRET: "short", LOGIN_OTP: "sometimes" };
    const mends = judgeSecrets({ ...local, variables: short, file: "other.env" }).map(({ mend }) => mend);
    expect(mends).toEqual([
      expect.stringMatching(/^correct it in other\.env: openssl rand/),
      "correct LOGIN_OTP in other.env (docs/configuration.md)",
    ]);
  });
});

describe("migrations", () => {
  const files = ["0000_a.sql", "0001_b.sql"];
  const judge = (applied: string[]) => wrong(judgeMigrations({ isRemote: true, files, applied }));
  it("knows those that are missing, and those that are too many", () => {
    expect(judge(files)).toEqual([]);
    expect(judge(["0000_a.sql"])).toEqual(["fail 1 of 2 are not applied: 0001_b.sql"]);
    expect(judge([...files, "0002_c.sql"])).toEqual([
      "warn the database is ahead of this checkout: 0002_c.sql",
    ]);
  });
});

describe("keys", () => {
  const sealed = (root: string, keys = 1) => ({ root, keys });
  it.each([
    [["new"], [sealed("new")], null, []],
    [[], [sealed("new")], null, []],
    [["new"], [], null, []],
    [["new"], [sealed("old"), sealed("new")], null, ["fail the newest is sealed by a secret"]],
    [["new", "old"], [sealed("old")], 3, []],
    [["new", "old"], [sealed("new"), sealed("old", 2)], 0, []],
    [["new", "old"], [sealed("new")], 0, ["warn no signing key and no password needs it"]],
  ])("roots %j, keys %j, other passwords %s", (roots, sealedBy, otherPasswords, expected) => {
    const says = wrong(judgeKeys({ roots, sealedBy, otherPasswords }));
    expect(says).toEqual(expected.map((one) => expect.stringContaining(one)));
  });
});

describe("hashing", () => {
  it("warns below OWASP's figure, and says what it costs", () => {
    expect(wrong([judgeHashing(1)])).toEqual([expect.stringContaining("100000 iterations")]);
    expect(judgeHashing(6)).toMatchObject({ level: "ok", says: expect.stringContaining("72 ms") });
  });
});
