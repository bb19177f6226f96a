import { describe, expect, it } from "vitest";
import { readSmsSettings } from "../../../../src/messaging/sms/settings.ts";

const ACCOUNT_SID = `AC${"0123456789abcdef".repeat(2)}`;
const SERVICE_SID = `MG${"0123456789abcdef".repeat(2)}`;
const twilio = {
  SMS_PROVIDER: "twilio",
  SMS_FROM: "+14155550100",
  SMS_TWILIO_ACCOUNT_SID: ACCOUNT_SID,
  SMS_TWILIO_AUTH_TOKEN: "token",
};
const vonage = {
  SMS_PROVIDER: "vonage",
  SMS_FROM: "Acme",
  SMS_VONAGE_API_KEY: "key",
  SMS_VONAGE_API_SECRET: "secret",
};

const development = { isDevelopment: true };
const production = { isDevelopment: false };

const pathsOf = (raw: Record<string, unknown>, mode = production): string[] => {
  const read = readSmsSettings(raw, mode);
  return "problems" in read ? read.problems.map(({ path }) => path) : [];
};

describe("readSmsSettings", () => {
  it.each([{}, { SMS_PROVIDER: " " }, { SMS_PROVIDER: "off" }, { SMS_FROM: "?", SMS_API_BASE: "?" }])(
    "reads %j as text messages turned off",
    (raw) => {
      expect(readSmsSettings(raw, production)).toEqual({ settings: { provider: "off" } });
    },
  );

  it("needs no other variable for the development mailbox", () => {
    expect(readSmsSettings({ SMS_PROVIDER: "mailbox" }, development)).toEqual({
      settings: { provider: "mailbox" },
    });
  });

  it("reads the settings of twilio", () => {
    expect(readSmsSettings(twilio, production)).toEqual({
      settings: {
        provider: "twilio",
        from: "+14155550100",
        accountSid: ACCOUNT_SID,
        authToken: "token",
        apiBase: null,
      },
    });
  });

  it("reads the settings of vonage", () => {
    const raw = { ...vonage, SMS_API_BASE: "https://sms.example.com/" };
    expect(readSmsSettings(raw, production)).toEqual({
      settings: {
        provider: "vonage",
        from: "Acme",
        apiKey: "key",
        apiSecret: "secret",
        apiBase: "https://sms.example.com",
      },
    });
  });

  it.each([
    ["+1 (415) 555-0100", "+14155550100"],
    [" Acme ", "Acme"],
    ["ELEVEN CHAR", "ELEVEN CHAR"],
    ["Acme Auth-1", "Acme Auth-1"],
    ["24 & Co_", "24 & Co_"],
    [SERVICE_SID, SERVICE_SID],
  ])("reads the sender %j as %j", (typed, from) => {
    const read = readSmsSettings({ ...twilio, SMS_FROM: typed }, production);
    expect("settings" in read && "from" in read.settings ? read.settings.from : null).toBe(from);
  });

  it("accepts a plain http API base in development, for a fake provider on the same machine", () => {
    const raw = { ...twilio, SMS_API_BASE: "http://localhost:9000" };
    expect(readSmsSettings(raw, development)).toMatchObject({
      settings: { apiBase: "http://localhost:9000" },
    });
  });
});

describe("readSmsSettings with invalid variables", () => {
  it("reports every problem at once", () => {
    expect(pathsOf({ SMS_PROVIDER: "twilio", SMS_API_BASE: "ftp://example.com" })).toEqual([
      "SMS_FROM",
      "SMS_TWILIO_ACCOUNT_SID",
      "SMS_TWILIO_AUTH_TOKEN",
      "SMS_API_BASE",
    ]);
    expect(pathsOf({ SMS_PROVIDER: "vonage", SMS_FROM: "", SMS_API_BASE: "http://example.com" })).toEqual([
      "SMS_FROM",
      "SMS_VONAGE_API_KEY",
      "SMS_VONAGE_API_SECRET",
      "SMS_API_BASE",
    ]);
  });

  it.each(["toString", "sns", null, 7])("lists the valid providers if SMS_PROVIDER is %j", (provider) => {
    expect(readSmsSettings({ SMS_PROVIDER: provider }, development)).toEqual({
      problems: [{ path: "SMS_PROVIDER", message: "must be one of off, mailbox, twilio, vonage" }],
    });
  });

  it("rejects the development mailbox in production", () => {
    expect(readSmsSettings({ SMS_PROVIDER: "mailbox" }, production)).toEqual({
      problems: [{ path: "SMS_PROVIDER", message: "must be a real provider in production" }],
    });
  });

  it.each([
    "http://sms.example.com",
    "HTTP://sms.example.com",
    "ftp://sms.example.com",
    "https://user@sms.example.com",
    "https://sms.example.com/?a=1",
    "sms.example.com",
    7,
  ])("rejects the API base %j in production", (base) => {
    expect(pathsOf({ ...twilio, SMS_API_BASE: base })).toEqual(["SMS_API_BASE"]);
    expect(pathsOf({ ...vonage, SMS_API_BASE: base })).toEqual(["SMS_API_BASE"]);
  });

  it.each([
    "14155550100",
    "0170 1234567",
    "Twelve chars",
    "Ünïcode",
    "Acme\nEve",
    "Acme, Inc.",
    42,
    ["Acme"],
  ])("rejects the sender %j", (sender) => {
    expect(pathsOf({ ...vonage, SMS_FROM: sender })).toEqual(["SMS_FROM"]);
    expect(pathsOf({ ...twilio, SMS_FROM: sender })).toEqual(["SMS_FROM"]);
  });

  it("accepts a messaging service SID only for twilio", () => {
    expect(pathsOf({ ...vonage, SMS_FROM: SERVICE_SID })).toEqual(["SMS_FROM"]);
    expect(pathsOf({ ...twilio, SMS_FROM: `${SERVICE_SID}0` })).toEqual(["SMS_FROM"]);
  });

  it.each([
    [{ ...twilio, SMS_TWILIO_ACCOUNT_SID: `SK${"0".repeat(32)}` }, "SMS_TWILIO_ACCOUNT_SID"],
    [{ ...twilio, SMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(30)}/x` }, "SMS_TWILIO_ACCOUNT_SID"],
    [{ ...twilio, SMS_TWILIO_AUTH_TOKEN: "two words" }, "SMS_TWILIO_AUTH_TOKEN"],
    [{ ...vonage, SMS_VONAGE_API_KEY: "ключ" }, "SMS_VONAGE_API_KEY"],
    [{ ...vonage, SMS_VONAGE_API_SECRET: "a\r\nb" }, "SMS_VONAGE_API_SECRET"],
    [{ ...vonage, SMS_VONAGE_API_SECRET: " " }, "SMS_VONAGE_API_SECRET"],
  ])("reports the invalid variable in %j", (raw, path) => {
    expect(pathsOf(raw)).toEqual([path]);
  });
});

describe("readSmsSettings with secrets", () => {
  it.each(["twilio", "vonage", "canary"])(
    "repeats no value in a problem of %s, since it may be a secret",
    (provider) => {
      const names = [
        "SMS_FROM",
        "SMS_API_BASE",
        "SMS_TWILIO_ACCOUNT_SID",
        "SMS_TWILIO_AUTH_TOKEN",
        "SMS_VONAGE_API_KEY",
        "SMS_VONAGE_API_SECRET",
      ];
      const raw = Object.fromEntries(names.map((name) => [name, "canary of two words"]));
      const read = readSmsSettings({ SMS_PROVIDER: provider, ...raw }, production);
      expect("problems" in read).toBe(true);
      expect(JSON.stringify(read)).not.toContain("canary");
    },
  );
});
