import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../scripts/doctor/finding.ts";
import { type ConfigFacts, CRONS, judgeBindings } from "../../../scripts/doctor/judge-bindings.ts";
import { judgeHashing } from "../../../scripts/doctor/judge-hashing.ts";
import { judgeKeys } from "../../../scripts/doctor/judge-keys.ts";
import { judgeMail } from "../../../scripts/doctor/judge-mail.ts";
import { judgeMigrations } from "../../../scripts/doctor/judge-migrations.ts";
import { judgeOrigins } from "../../../scripts/doctor/judge-origins.ts";
import { judgeOutside, type OutsideFacts } from "../../../scripts/doctor/judge-outside.ts";
import { judgeSecrets } from "../../../scripts/doctor/judge-secrets.ts";
import { judgeTools } from "../../../scripts/doctor/judge-tools.ts";
import { registrableDomain } from "../../../scripts/doctor/registrable-domain.ts";

/** What is wrong, as "level says"; every such line has its mend. */
function wrong(findings: readonly Finding[]): string[] {
  const bad = findings.filter(({ level }) => level === "warn" || level === "fail");
  for (const { mend } of bad) expect(mend).toMatch(/\w{3}/);
  return bad.map(({ level, says }) => `${level} ${says}`);
}

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

  it("asks for the triggers that the service works at", () => {
    const source = readFileSync("src/scheduled.ts", "utf8");
    const own = [...source.matchAll(/^ {2}"([^"]+)": \{/gm)].map(([, cron]) => cron);
    expect(Object.keys(CRONS)).toEqual(own);
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
  ])("%j", (part, says) => {
    expect(wrong(judgeSecrets({ ...remote, ...part }))).toContainEqual(expect.stringContaining(says));
  });

  it("are told apart locally, where they are known", () => {
    const secret = "a root secret of 32 bytes or more, twice";
    const variables = { ENVIRONMENT: "development", AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: secret };
    const local = { isRemote: false, inFile: {}, variables, secretNames: [] };
    expect(wrong(judgeSecrets(local))).toEqual(["warn AUTH_SECRET_PREVIOUS is the same as AUTH_SECRET"]);
    expect(JSON.stringify(judgeSecrets(local))).not.toContain(secret);
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

describe("origins", () => {
  const facts = {
    publicUrl: "https://auth.example.com",
    allowedOrigins: ["https://app.example.com"],
    allowedReturnUrls: ["https://app.example.com/in", "https://auth.example.com/account"],
    captcha: "turnstile",
  };
  it.each([
    [{}, []],
    [{ publicUrl: "http://localhost:8787", allowedOrigins: [], allowedReturnUrls: [] }, []],
    [
      { publicUrl: "http://auth.example.com", allowedOrigins: [], allowedReturnUrls: [] },
      ["fail __Host- cookies need https"],
    ],
    [
      { allowedOrigins: ["https://app.example.com", "https://elsewhere.net"] },
      ["warn https://elsewhere.net is another site"],
    ],
    [
      { allowedOrigins: ["http://app.example.com"], allowedReturnUrls: [] },
      ["warn http://app.example.com is another site"],
    ],
    [
      { allowedReturnUrls: ["https://native.example.com/in"] },
      ["warn https://native.example.com/in is of an origin that ALLOWED_ORIGINS lacks"],
    ],
  ])("%j", (part, expected) => {
    const says = wrong(judgeOrigins({ ...facts, ...part }));
    expect(says).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it.each([
    ["a.b.example.com", "example.com"],
    ["auth.example.co.uk", "example.co.uk"],
    ["gatehouse.ada.workers.dev", "ada.workers.dev"],
    ["localhost", "localhost"],
    ["10.0.0.1", "10.0.0.1"],
  ])("%s is of the site %s", (hostname, site) => expect(registrableDomain(hostname)).toBe(site));
});

describe("mail", () => {
  const dns = { domain: ["v=spf1 include:x -all"], dmarc: ["v=DMARC1; p=reject"] };
  const facts = { provider: "resend", domain: "mail.gatehouse.dev", dns };
  it.each([
    [{}, []],
    [{ provider: "mailbox" }, []],
    [{ dns: null }, []],
    [{ dns: { domain: "unreachable", dmarc: "unreachable" } as const }, []],
    [{ domain: "example.com" }, ["fail nobody can send from example.com"]],
    [{ dns: { ...dns, domain: ["google-site-verification=x"] } }, ["warn mail.gatehouse.dev has no SPF"]],
    [
      { dns: { ...dns, domain: ["v=spf1 -all", "v=spf1 ~all"] } },
      ["fail mail.gatehouse.dev has 2 SPF records"],
    ],
    [{ dns: { ...dns, dmarc: [] } }, ["warn mail.gatehouse.dev has no DMARC"]],
  ])("%j", (part, expected) => {
    const says = wrong(judgeMail({ ...facts, ...part }));
    expect(says).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it("says what it did not look at", () => {
    const skipped = judgeMail({ ...facts, dns: { domain: "unreachable", dmarc: "unreachable" } });
    expect(skipped.filter(({ level }) => level === "skip").map(({ says }) => says.split(" ")[0])).toEqual([
      "SPF",
      "DMARC",
      "DKIM",
    ]);
  });
});

describe("from outside", () => {
  const facts: OutsideFacts = {
    origin: "https://auth.example.com",
    seen: { health: { status: 200 }, keys: { status: 200, count: 2 } },
    announced: "https://auth.example.com",
    mailbox: 404,
    csrfCookie: "__Host-gh_csrf=x; Path=/; Secure; SameSite=Lax",
    hsts: true,
    clockAhead: 1,
  };
  it.each([
    [{}, []],
    [{ announced: "https://login.example.com" }, ["fail it is https://login.example.com"]],
    [{ announced: undefined }, ["fail https://auth.example.com/openapi.json names no server"]],
    [{ mailbox: 200 }, ["fail /dev/mailbox.json answers 200"]],
    [{ hsts: false }, ["warn no Strict-Transport-Security"]],
    [{ csrfCookie: undefined }, ["warn GET /api/auth/csrf-token sets none"]],
    [{ csrfCookie: "__Host-gh_csrf=x; Path=/; Secure; Domain=example.com" }, ["fail the cookie is not as"]],
    [{ csrfCookie: "gh_csrf=x; Path=/; Secure" }, ["fail the cookie is not as"]],
    [{ clockAhead: -90 }, ["warn this machine's differs by 90 s"]],
    [{ seen: { health: { status: 503 }, keys: null } }, ["fail https://auth.example.com answers 503"]],
  ])("%j", (part, expected) => {
    const says = wrong(judgeOutside({ ...facts, ...part }));
    expect(says).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it("says nothing of https on this machine", () => {
    const origin = "http://localhost:8787";
    expect(wrong(judgeOutside({ ...facts, origin, announced: origin, hsts: false, mailbox: 200 }))).toEqual(
      [],
    );
  });
});

describe("hashing", () => {
  it("warns below OWASP's figure, and says what it costs", () => {
    expect(wrong([judgeHashing(1)])).toEqual([expect.stringContaining("100000 iterations")]);
    expect(judgeHashing(6)).toMatchObject({ level: "ok", says: expect.stringContaining("72 ms") });
  });
});
