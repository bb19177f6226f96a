import { describe, expect, it } from "vitest";
import { type Config, readConfig } from "../../../src/composition/config.ts";

const SECRET = "a root secret of the unit tests, long enough";
const production = {
  AUTH_SECRET: SECRET,
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_API_KEY: "key",
  MAIL_FROM: "Acme <no-reply@example.com>",
};
const smsVariables = {
  SMS_PROVIDER: "vonage",
  SMS_FROM: "Acme",
  SMS_COUNTRIES: "+49",
  SMS_VONAGE_API_KEY: "key",
  SMS_VONAGE_API_SECRET: "secret",
};
const development = { ENVIRONMENT: "development", AUTH_SECRET: SECRET };

function configOf(raw: Record<string, unknown>): Config {
  const read = readConfig(raw);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

const problemsOf = (raw: Record<string, unknown>): string[] => {
  const read = readConfig(raw);
  return read.ok ? [] : [...new Set(read.error.map(({ path }) => path))].sort();
};

describe("readConfig with valid variables", () => {
  it("defaults ENVIRONMENT to production", () => {
    expect(configOf(production).environment).toBe("production");
    expect(configOf({ ...production, ENVIRONMENT: "production" }).environment).toBe("production");
    expect(configOf(development).environment).toBe("development");
  });

  it("defaults to the development mailbox and localhost in development", () => {
    const { environment, mail, settings } = configOf(development);
    expect([environment, mail.provider]).toEqual(["development", "mailbox"]);
    expect(settings.publicUrl).toBe("http://localhost:8787");
    expect(settings.mailFrom).toEqual({ name: "Gatehouse", address: "no-reply@example.test" });
  });

  it("allows the methods of SIGN_IN_METHODS, and no email codes by default", () => {
    expect(configOf(production).settings.signInMethods).toEqual(["password", "passkey", "social"]);
    const chosen = { ...production, SIGN_IN_METHODS: " email_code , password" };
    expect(configOf(chosen).settings.signInMethods).toEqual(["email_code", "password"]);
    for (const SIGN_IN_METHODS of ["email", "password,magic_link", ","]) {
      expect(problemsOf({ ...production, SIGN_IN_METHODS })).toEqual(["SIGN_IN_METHODS"]);
    }
  });

  it("sends text messages to the development mailbox in development, and needs SMS_PROVIDER in production", () => {
    const [inDevelopment, inProduction] = [
      configOf(development),
      configOf({ ...production, ...smsVariables }),
    ];
    expect([inDevelopment.sms.provider, inDevelopment.settings.canText]).toEqual(["mailbox", true]);
    expect([inProduction.sms.provider, inProduction.settings.canText]).toEqual(["vonage", true]);
    for (const off of [production, { ...development, SMS_PROVIDER: "off" }]) {
      const { sms, settings } = configOf(off);
      expect([sms.provider, settings.canText]).toEqual(["off", false]);
    }
  });

  it("uses the contract's default values", () => {
    const { settings, ...rest } = configOf(production);
    expect(settings).toMatchObject({
      accessTokenTtl: 900,
      refreshIdleTtl: 7 * 86_400,
      refreshMaxTtl: 30 * 86_400,
      requiredProfileFields: [],
      resources: [],
      brand: { appName: "Gatehouse", logoUrl: null, color: null, publicUrl: "https://auth.example.com" },
    });
    expect(rest).toMatchObject({
      authSecretPrevious: undefined,
      passwordHashBlocks: 6,
      breachedPasswordsApi: null,
    });
  });

  it.each([
    ["1", 1],
    [2, 2],
    ["86400", 86_400],
  ])("accepts %j as ACCESS_TOKEN_TTL", (given, seconds) => {
    expect(configOf({ ...production, ACCESS_TOKEN_TTL: given }).settings.accessTokenTtl).toBe(seconds);
  });

  it.each([
    [undefined, 14],
    ["0", 0],
    ["30", 30],
  ])("accepts %j as ACCOUNT_DELETION_DAYS", (given, days) => {
    const { settings } = configOf({ ...production, ACCOUNT_DELETION_DAYS: given });
    expect(settings.accountDeletionDelay).toBe(days * 24 * 60 * 60 * 1000);
  });

  it.each([
    [undefined, 72],
    ["1", 1],
    ["720", 720],
  ])("accepts %j as FACTOR_REMOVAL_HOURS", (given, hours) => {
    const { settings } = configOf({ ...production, FACTOR_REMOVAL_HOURS: given });
    expect(settings.factorRemovalDelay).toBe(hours * 60 * 60 * 1000);
  });

  it.each([
    ["https://auth.example.com/", "https://auth.example.com"],
    ["https://AUTH.example.com:443", "https://auth.example.com"],
    ["https://auth.example.com:8443", "https://auth.example.com:8443"],
  ])("normalizes PUBLIC_URL %s to its origin", (given, origin) => {
    expect(configOf({ ...production, PUBLIC_URL: given }).settings.publicUrl).toBe(origin);
  });

  it("ignores spaces and empty entries in comma-separated lists", () => {
    const { settings } = configOf({ ...production, REQUIRED_PROFILE_FIELDS: " username, ,age," });
    expect(settings.requiredProfileFields).toEqual(["username", "age"]);
  });

  it("leaves sign-up open, without usernames, with 8 characters for a password, by default", () => {
    expect(configOf(production).settings).toMatchObject({
      signUp: { policy: "open", domains: [], refusesDisposable: false },
      signUpFields: [],
      canSignInByUsername: false,
      passwordMinLength: 8,
    });
  });

  it("reads the sign-up policy, with domains in the form of addresses", () => {
    const { settings } = configOf({
      ...production,
      SIGN_UP: "invited",
      SIGN_UP_DOMAINS: "Example.COM, bücher.example, example.org.,",
      SIGN_UP_DISPOSABLE: "refuse",
      SIGN_UP_FIELDS: '[{"name":"terms","type":"checkbox","label":"I accept the terms"}]',
      USERNAME_SIGN_IN: "on",
      PASSWORD_MIN_LENGTH: "15",
    });
    expect(settings).toMatchObject({
      signUp: {
        policy: "invited",
        domains: ["example.com", "xn--bcher-kva.example", "example.org"],
        refusesDisposable: true,
      },
      canSignInByUsername: true,
      passwordMinLength: 15,
    });
    expect(settings.signUpFields.map(({ name }) => name)).toEqual(["terms"]);
  });

  it("reads RESOURCES, and compares them with the origin of PUBLIC_URL", () => {
    const uri = "https://app.example.com";
    const read = configOf({ ...production, RESOURCES: JSON.stringify([{ uri, alias: "app" }]) });
    expect(read.settings.resources).toEqual([{ uri, alias: "app", scopes: {} }]);
    const own = JSON.stringify([{ uri: "https://auth.example.com/api/auth" }]);
    expect(problemsOf({ ...production, PUBLIC_URL: "https://AUTH.example.com/", RESOURCES: own })).toEqual([
      "RESOURCES",
    ]);
  });

  it.each(["", " ", "\t"])("treats a variable with the value %j as not set", (blank) => {
    const names = [
      ...["ENVIRONMENT", "AUTH_SECRET_PREVIOUS", "APP_NAME", "APP_LOGO_URL", "APP_COLOR", "RESOURCES"],
      ...["ACCESS_TOKEN_TTL", "REFRESH_IDLE_TTL", "REFRESH_MAX_TTL", "REQUIRED_PROFILE_FIELDS"],
      ...["PASSWORD_HASH_BLOCKS", "BREACHED_PASSWORDS", "BREACHED_PASSWORDS_API_BASE", "MAIL_API_BASE"],
    ];
    const blanks = Object.fromEntries(names.map((name) => [name, blank]));
    expect(readConfig({ ...production, ...blanks })).toEqual(readConfig(production));
    const required = { AUTH_SECRET: blank, PUBLIC_URL: blank, MAIL_FROM: blank };
    expect(problemsOf({ ...production, ...required })).toEqual(["AUTH_SECRET", "MAIL_FROM", "PUBLIC_URL"]);
  });

  it("uses the public breached-passwords API only when BREACHED_PASSWORDS is on", () => {
    const on = { ...production, BREACHED_PASSWORDS: "on" };
    expect(configOf(on).breachedPasswordsApi).toBe("https://api.pwnedpasswords.com");
    const base = { BREACHED_PASSWORDS_API_BASE: "http://127.0.0.1:9" };
    expect(configOf({ ...on, ...base }).breachedPasswordsApi).toBe("http://127.0.0.1:9");
    expect(configOf({ ...production, ...base }).breachedPasswordsApi).toBeNull();
  });
});

describe("readConfig with a provider's host", () => {
  const keys = {
    ...production,
    ...{ MAIL_PROVIDER: "resend", MAIL_API_KEY: "key" },
    ...{
      SMS_PROVIDER: "vonage",
      SMS_FROM: "Acme",
      SMS_COUNTRIES: "+49",
      SMS_VONAGE_API_KEY: "key",
      SMS_VONAGE_API_SECRET: "secret",
    },
    ...{ CAPTCHA_PROVIDER: "turnstile", CAPTCHA_SITE_KEY: "site", CAPTCHA_SECRET: "secret" },
    ...{ SOCIAL_GITHUB_CLIENT_ID: "id", SOCIAL_GITHUB_CLIENT_SECRET: "secret", BREACHED_PASSWORDS: "on" },
  };
  const development = { ...keys, ENVIRONMENT: "development" };

  it.each([
    "MAIL_API_BASE",
    "SMS_API_BASE",
    "CAPTCHA_API_BASE",
    "BREACHED_PASSWORDS_API_BASE",
    "SOCIAL_GITHUB_ISSUER",
  ])("rejects plain http for %s in production, except on loopback", (name) => {
    for (const host of [
      "example.com",
      "localhost.example.com",
      "127.0.0.1.example.com",
      "10.0.0.1",
      "[::2]",
    ]) {
      const read = readConfig({ ...keys, [name]: `http://${host}` });
      const message = "must be an https URL in production, unless its host is a loopback one";
      expect(read).toEqual({ ok: false, error: [{ path: name, message }] });
      expect(problemsOf({ ...development, [name]: `http://${host}` })).toEqual([]);
    }
    for (const url of ["https://example.com", "http://localhost:9000", "HTTP://127.9.9.9", "http://[::1]:80"])
      expect(problemsOf({ ...keys, [name]: url })).toEqual([]);
  });
});

describe("readConfig with invalid variables", () => {
  it("rejects an empty production configuration and names every missing variable", () => {
    expect(problemsOf({})).toEqual(["AUTH_SECRET", "MAIL_FROM", "MAIL_PROVIDER", "PUBLIC_URL"]);
    expect(problemsOf({ ENVIRONMENT: "development" })).toEqual(["AUTH_SECRET"]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an unknown SIGN_UP", { SIGN_UP: "off" }, "SIGN_UP"],
    ["SIGN_UP_DOMAINS with an address", { SIGN_UP_DOMAINS: "ada@example.com" }, "SIGN_UP_DOMAINS"],
    ["SIGN_UP_DOMAINS with a wildcard", { SIGN_UP_DOMAINS: "*.example.com" }, "SIGN_UP_DOMAINS"],
    ["SIGN_UP_DOMAINS with a single label", { SIGN_UP_DOMAINS: "example" }, "SIGN_UP_DOMAINS"],
    ["an unknown SIGN_UP_DISPOSABLE", { SIGN_UP_DISPOSABLE: "on" }, "SIGN_UP_DISPOSABLE"],
    ["SIGN_UP_FIELDS that is no list", { SIGN_UP_FIELDS: "{}" }, "SIGN_UP_FIELDS"],
    ["an unknown USERNAME_SIGN_IN", { USERNAME_SIGN_IN: "yes" }, "USERNAME_SIGN_IN"],
    ["a PASSWORD_MIN_LENGTH of 7", { PASSWORD_MIN_LENGTH: "7" }, "PASSWORD_MIN_LENGTH"],
    ["a PASSWORD_MIN_LENGTH of 65", { PASSWORD_MIN_LENGTH: "65" }, "PASSWORD_MIN_LENGTH"],
    ["a PASSWORD_MIN_LENGTH of 8.5", { PASSWORD_MIN_LENGTH: "8.5" }, "PASSWORD_MIN_LENGTH"],
    ["the mailbox as MAIL_PROVIDER in production", { MAIL_PROVIDER: "mailbox" }, "MAIL_PROVIDER"],
    ["the mailbox as SMS_PROVIDER in production", { SMS_PROVIDER: "mailbox" }, "SMS_PROVIDER"],
    ["an unknown SMS_PROVIDER", { SMS_PROVIDER: "pigeon" }, "SMS_PROVIDER"],
    ["text messages without SMS_COUNTRIES", { ...smsVariables, SMS_COUNTRIES: " " }, "SMS_COUNTRIES"],
    ["an UNVERIFIED_RETENTION_DAYS of 0", { UNVERIFIED_RETENTION_DAYS: "0" }, "UNVERIFIED_RETENTION_DAYS"],
    ["an SMS_HOURLY_CAP of 0", { SMS_HOURLY_CAP: "0" }, "SMS_HOURLY_CAP"],
    ["an http PUBLIC_URL in production", { PUBLIC_URL: "http://auth.example.com" }, "PUBLIC_URL"],
    ["a PUBLIC_URL with a path", { PUBLIC_URL: "https://example.com/auth" }, "PUBLIC_URL"],
    ["a PUBLIC_URL with a query", { PUBLIC_URL: "https://example.com/?a=1" }, "PUBLIC_URL"],
    ["a PUBLIC_URL with a fragment", { PUBLIC_URL: "https://example.com/#a" }, "PUBLIC_URL"],
    ["a PUBLIC_URL with credentials", { PUBLIC_URL: "https://u:p@example.com" }, "PUBLIC_URL"],
    ["a PUBLIC_URL without a scheme", { PUBLIC_URL: "auth.example.com" }, "PUBLIC_URL"],
    ["a PUBLIC_URL of another scheme", { PUBLIC_URL: "javascript:alert(1)" }, "PUBLIC_URL"],
    ["an AUTH_SECRET of 31 bytes", { AUTH_SECRET: "s".repeat(31) }, "AUTH_SECRET"],
    ["an AUTH_SECRET of two lines", { AUTH_SECRET: `${"s".repeat(32)}\n${"t".repeat(32)}` }, "AUTH_SECRET"],
    [
      "an AUTH_SECRET_PREVIOUS with a line of 31 bytes",
      { AUTH_SECRET_PREVIOUS: `${"s".repeat(32)}\n${"t".repeat(31)}` },
      "AUTH_SECRET_PREVIOUS",
    ],
    ["an AUTH_SECRET_PREVIOUS of 31 bytes", { AUTH_SECRET_PREVIOUS: "s".repeat(31) }, "AUTH_SECRET_PREVIOUS"],
    ["an unknown ENVIRONMENT", { ENVIRONMENT: "staging" }, "ENVIRONMENT"],
    ["ENVIRONMENT in capitals", { ENVIRONMENT: "Production" }, "ENVIRONMENT"],
    ["an ACCESS_TOKEN_TTL of 0", { ACCESS_TOKEN_TTL: "0" }, "ACCESS_TOKEN_TTL"],
    ["a FACTOR_REMOVAL_HOURS of 0", { FACTOR_REMOVAL_HOURS: "0" }, "FACTOR_REMOVAL_HOURS"],
    ["a FACTOR_REMOVAL_HOURS of 1.5", { FACTOR_REMOVAL_HOURS: "1.5" }, "FACTOR_REMOVAL_HOURS"],
    ["a FACTOR_REMOVAL_HOURS of 721", { FACTOR_REMOVAL_HOURS: "721" }, "FACTOR_REMOVAL_HOURS"],
    ["a negative ACCESS_TOKEN_TTL", { ACCESS_TOKEN_TTL: "-1" }, "ACCESS_TOKEN_TTL"],
    ["an ACCESS_TOKEN_TTL of half a second", { ACCESS_TOKEN_TTL: "0.5" }, "ACCESS_TOKEN_TTL"],
    ["an ACCESS_TOKEN_TTL of more than a day", { ACCESS_TOKEN_TTL: "86401" }, "ACCESS_TOKEN_TTL"],
    ["an ACCOUNT_DELETION_DAYS below 0", { ACCOUNT_DELETION_DAYS: "-1" }, "ACCOUNT_DELETION_DAYS"],
    ["an ACCOUNT_DELETION_DAYS in words", { ACCOUNT_DELETION_DAYS: "two weeks" }, "ACCOUNT_DELETION_DAYS"],
    ["a variable in place of a binding EVENTS_<NAME>", { EVENTS_CRM: "crm" }, "EVENTS_CRM"],
    ["an ACCESS_TOKEN_TTL in words", { ACCESS_TOKEN_TTL: "15m" }, "ACCESS_TOKEN_TTL"],
    ["a REFRESH_IDLE_TTL in words", { REFRESH_IDLE_TTL: "a week" }, "REFRESH_IDLE_TTL"],
    ["an infinite REFRESH_MAX_TTL", { REFRESH_MAX_TTL: "Infinity" }, "REFRESH_MAX_TTL"],
    ["a PASSWORD_HASH_BLOCKS of 0", { PASSWORD_HASH_BLOCKS: "0" }, "PASSWORD_HASH_BLOCKS"],
    ["a PASSWORD_HASH_BLOCKS of 51", { PASSWORD_HASH_BLOCKS: "51" }, "PASSWORD_HASH_BLOCKS"],
    ["an unknown profile field", { REQUIRED_PROFILE_FIELDS: "age,role" }, "REQUIRED_PROFILE_FIELDS"],
    ["an APP_COLOR that could break out of a style", { APP_COLOR: "red;}" }, "APP_COLOR"],
    ["an http APP_LOGO_URL in production", { APP_LOGO_URL: "http://example.com/logo.png" }, "APP_LOGO_URL"],
    ["a TERMS_URL that is no URL", { TERMS_URL: "example.com/terms" }, "TERMS_URL"],
    ["a script as PRIVACY_URL", { PRIVACY_URL: "javascript:alert(1)" }, "PRIVACY_URL"],
    ["an http SUPPORT_URL in production", { SUPPORT_URL: "http://example.com/help" }, "SUPPORT_URL"],
    ["an APP_NAME of 65 characters", { APP_NAME: "n".repeat(65) }, "APP_NAME"],
    ["a RESOURCES that is no JSON", { RESOURCES: "gatehouse,app" }, "RESOURCES"],
    ["AUDIENCES, which RESOURCES replaces", { AUDIENCES: "gatehouse,app" }, "AUDIENCES"],
    [
      "ALLOWED_RETURN_URLS, which clients replace",
      { ALLOWED_RETURN_URLS: "https://app.example.com/signed-in" },
      "ALLOWED_RETURN_URLS",
    ],
    ["a BREACHED_PASSWORDS that is neither on nor off", { BREACHED_PASSWORDS: "yes" }, "BREACHED_PASSWORDS"],
  ])("rejects %s", (_case, wrong, path) => {
    expect(problemsOf({ ...production, ...wrong })).toEqual([path]);
  });

  it("rejects an AUTH_SECRET of 31 bytes in development too, and counts bytes, not characters", () => {
    expect(problemsOf({ ...development, AUTH_SECRET: "s".repeat(31) })).toEqual(["AUTH_SECRET"]);
    expect(problemsOf({ ...development, AUTH_SECRET: "\u00e9".repeat(16) })).toEqual([]);
  });
});

describe("the problems that readConfig returns", () => {
  const canaries = {
    ...{ ENVIRONMENT: "canary", AUTH_SECRET: "canary", AUTH_SECRET_PREVIOUS: "canary", PUBLIC_URL: "canary" },
    ...{ APP_NAME: "canary".repeat(11), APP_LOGO_URL: "canary", APP_COLOR: "canary" },
    ...{ ACCESS_TOKEN_TTL: "canary", REFRESH_IDLE_TTL: "canary", REFRESH_MAX_TTL: "canary" },
    ...{ REQUIRED_PROFILE_FIELDS: "canary", PASSWORD_HASH_BLOCKS: "canary", BREACHED_PASSWORDS: "canary" },
    ...{ BREACHED_PASSWORDS_API_BASE: "canary", MAIL_PROVIDER: "canary", MAIL_FROM: "canary" },
    ...{
      SMS_PROVIDER: "canary",
      AUDIENCES: "canary",
      ALLOWED_RETURN_URLS: "canary",
      RESOURCES: '[{"uri":"canary","alias":"canary."}]',
    },
  };

  it("returns a problem for every invalid variable, and no problem contains a value", () => {
    expect(problemsOf(canaries)).toEqual(Object.keys(canaries).sort());
    expect(JSON.stringify(readConfig(canaries))).not.toContain("canary");
  });
});
