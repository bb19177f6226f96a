import { describe, expect, it } from "vitest";
import { readMailSettings as readMail } from "../../../../src/messaging/email/settings.ts";

const MAIL_FROM = "Acme <no-reply@example.com>";
const from = { name: "Acme", address: "no-reply@example.com" };
const ses = {
  MAIL_SES_REGION: "eu-west-1",
  MAIL_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
  MAIL_SES_SECRET_ACCESS_KEY: "abc/def+ghi",
};

const readMailSettings = (raw: Record<string, unknown>) => readMail(raw, { isDevelopment: false });

const pathsOf = (raw: Record<string, unknown>): string[] => {
  const read = readMailSettings(raw);
  return "problems" in read ? read.problems.map(({ path }) => path) : [];
};

describe("readMailSettings", () => {
  it.each([
    ["mailbox", {}, {}],
    ["cloudflare", {}, {}],
    ["resend", { MAIL_API_KEY: "key" }, { apiKey: "key", apiBase: null }],
    ["sendgrid", { MAIL_API_KEY: "key" }, { apiKey: "key", apiBase: null }],
    ["brevo", { MAIL_API_KEY: "key" }, { apiKey: "key", apiBase: null }],
    ["postmark", { MAIL_API_KEY: "key" }, { apiKey: "key", apiBase: null, messageStream: "outbound" }],
    [
      "postmark",
      { MAIL_API_KEY: "key", MAIL_MESSAGE_STREAM: "auth-mail" },
      { apiKey: "key", apiBase: null, messageStream: "auth-mail" },
    ],
    [
      "mailgun",
      { MAIL_API_KEY: "key", MAIL_DOMAIN: "mail.example.com", MAIL_API_BASE: "https://api.eu.example.com/" },
      { apiKey: "key", apiBase: "https://api.eu.example.com", domain: "mail.example.com" },
    ],
    [
      "ses",
      ses,
      { region: "eu-west-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: "abc/def+ghi", apiBase: null },
    ],
  ])("reads the settings of %s from %j", (provider, variables, expected) => {
    expect(readMailSettings({ MAIL_PROVIDER: provider, MAIL_FROM, ...variables })).toEqual({
      settings: { provider, from, ...expected },
    });
  });

  it.each([
    ["no-reply@example.com", null],
    ["<no-reply@example.com>", null],
    ["Acme <no-reply@example.com>", "Acme"],
    ['"Acme, Inc." <no-reply@example.com>', "Acme, Inc."],
    ['"Acme \\"Auth\\"" <no-reply@example.com>', 'Acme "Auth"'],
    ["  Ünïcode ✓ < no-reply@example.com > ", "Ünïcode ✓"],
  ])("reads the sender %j", (typed, name) => {
    expect(readMailSettings({ MAIL_PROVIDER: "mailbox", MAIL_FROM: typed })).toEqual({
      settings: { provider: "mailbox", from: { name, address: "no-reply@example.com" } },
    });
  });

  it("trims values and ignores variables of other providers", () => {
    const raw = { MAIL_PROVIDER: " resend ", MAIL_FROM, MAIL_API_KEY: "key\n", MAIL_DOMAIN: "?", DB: {} };
    expect(readMailSettings(raw)).toEqual({
      settings: { provider: "resend", from, apiKey: "key", apiBase: null },
    });
  });
});

describe("readMailSettings with invalid variables", () => {
  it("reports every problem at once", () => {
    expect(
      pathsOf({ MAIL_PROVIDER: "ses", MAIL_FROM: "not an address", MAIL_API_BASE: "ftp://example.com" }),
    ).toEqual([
      "MAIL_SES_REGION",
      "MAIL_SES_ACCESS_KEY_ID",
      "MAIL_SES_SECRET_ACCESS_KEY",
      "MAIL_API_BASE",
      "MAIL_FROM",
    ]);
    expect(pathsOf({})).toEqual(["MAIL_PROVIDER", "MAIL_FROM"]);
  });

  it("lists the valid providers if MAIL_PROVIDER is unknown", () => {
    expect(readMailSettings({ MAIL_PROVIDER: "toString", MAIL_FROM })).toEqual({
      problems: [
        {
          path: "MAIL_PROVIDER",
          message: "must be one of mailbox, resend, postmark, sendgrid, mailgun, brevo, ses, cloudflare",
        },
      ],
    });
  });

  it("treats a blank variable as missing", () => {
    expect(readMailSettings({ MAIL_PROVIDER: "resend", MAIL_FROM, MAIL_API_KEY: " " })).toEqual({
      problems: [{ path: "MAIL_API_KEY", message: "must be set: the provider's API key" }],
    });
  });

  it.each([
    "not an address",
    "a@example.com, b@example.com",
    "Acme <a@example.com> <b@example.com>",
    "Acme <a@example.com",
    `${"x".repeat(101)} <a@example.com>`,
    "Acme\r\nBcc: eve@example.com <a@example.com>",
    42,
    ["a@example.com"],
  ])("rejects the sender %j", (sender) => {
    expect(pathsOf({ MAIL_PROVIDER: "mailbox", MAIL_FROM: sender })).toEqual(["MAIL_FROM"]);
  });

  it.each([
    "example.com",
    "ftp://example.com",
    "https://user@example.com",
    "https://:pass@example.com",
    "https://example.com/?a=1",
    "https://example.com/#a",
    7,
  ])("rejects the API base %j", (base) => {
    const raw = { MAIL_PROVIDER: "resend", MAIL_FROM, MAIL_API_KEY: "key", MAIL_API_BASE: base };
    expect(pathsOf(raw)).toEqual(["MAIL_API_BASE"]);
  });

  it.each([
    ["mailgun", { MAIL_API_KEY: "key", MAIL_DOMAIN: "example.com/../x" }, "MAIL_DOMAIN"],
    ["ses", { ...ses, MAIL_SES_REGION: "eu-west-1.example.com/" }, "MAIL_SES_REGION"],
    ["postmark", { MAIL_API_KEY: "key", MAIL_MESSAGE_STREAM: "a b" }, "MAIL_MESSAGE_STREAM"],
    ["brevo", { MAIL_API_KEY: "two\r\nlines" }, "MAIL_API_KEY"],
    ["sendgrid", { MAIL_API_KEY: "ключ" }, "MAIL_API_KEY"],
    ["resend", { MAIL_API_KEY: 5 }, "MAIL_API_KEY"],
  ])("reports the invalid variable of %s in %j", (provider, variables, path) => {
    expect(pathsOf({ MAIL_PROVIDER: provider, MAIL_FROM, ...variables })).toEqual([path]);
  });
});

describe("readMailSettings with secrets", () => {
  it("repeats no value in a problem, since it may be a secret", () => {
    const raw = { MAIL_PROVIDER: "resend", MAIL_FROM: "canary one", MAIL_API_KEY: "canary two" };
    expect(JSON.stringify(readMailSettings(raw))).not.toContain("canary");
  });
});
