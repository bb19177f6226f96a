import { describe, expect, it } from "vitest";
import { readCaptchaSettings } from "../../../src/captcha/settings.ts";

const site = { hostname: "auth.example.com", isDevelopment: false };
const { hostname } = site;
const keys = { CAPTCHA_SITE_KEY: "0x4AAA_site-key", CAPTCHA_SECRET: "0x4AAA-secret" };
const read = { siteKey: "0x4AAA_site-key", secret: "0x4AAA-secret", apiBase: null, hostname };
const TEST_SECRET = "1x0000000000000000000000000000000AA";

const pathsOf = (raw: Record<string, unknown>): string[] => {
  const result = readCaptchaSettings(raw, site);
  return "problems" in result ? result.problems.map(({ path }) => path) : [];
};

describe("readCaptchaSettings", () => {
  it.each([
    {},
    { CAPTCHA_PROVIDER: "off" },
    { CAPTCHA_PROVIDER: " " },
    { CAPTCHA_PROVIDER: "off", CAPTCHA_SECRET: 5 },
  ])("turns captchas off by default, and ignores the other variables then: %j", (raw) => {
    expect(readCaptchaSettings(raw, site)).toEqual({ settings: { provider: "off" } });
  });

  it.each([
    ["turnstile", {}, { acceptTestSecrets: false }],
    ["turnstile", { CAPTCHA_API_BASE: "https://c.example.com/" }, { acceptTestSecrets: false }],
    ["recaptcha-v2", { CAPTCHA_MIN_SCORE: "ignored" }, {}],
    ["recaptcha-v3", {}, { minScore: 0.5 }],
    ["recaptcha-v3", { CAPTCHA_MIN_SCORE: " " }, { minScore: 0.5 }],
  ])("reads the settings of %s from %j", (provider, variables, expected) => {
    const apiBase = "CAPTCHA_API_BASE" in variables ? "https://c.example.com" : null;
    expect(readCaptchaSettings({ CAPTCHA_PROVIDER: provider, ...keys, ...variables }, site)).toEqual({
      settings: { provider, ...read, apiBase, ...expected },
    });
  });

  it.each([
    ["0", 0],
    ["1", 1],
    ["1.0", 1],
    ["0.7", 0.7],
    [".7", 0.7],
    [0.3, 0.3],
  ])("reads the minimum score %j", (typed, minScore) => {
    const raw = { CAPTCHA_PROVIDER: "recaptcha-v3", ...keys, CAPTCHA_MIN_SCORE: typed };
    expect(readCaptchaSettings(raw, site)).toMatchObject({ settings: { minScore } });
  });

  it("trims captcha variables, and ignores other variables", () => {
    const raw = { ...keys, CAPTCHA_PROVIDER: " recaptcha-v2 ", CAPTCHA_SECRET: "0x4AAA-secret\n", DB: {} };
    expect(readCaptchaSettings(raw, site)).toEqual({ settings: { provider: "recaptcha-v2", ...read } });
  });

  it("accepts a published test secret in development", () => {
    const raw = { CAPTCHA_PROVIDER: "turnstile", ...keys, CAPTCHA_SECRET: TEST_SECRET };
    expect(readCaptchaSettings(raw, { hostname: "localhost", isDevelopment: true })).toEqual({
      settings: {
        ...{ provider: "turnstile", ...read },
        ...{ secret: TEST_SECRET, hostname: "localhost", acceptTestSecrets: true },
      },
    });
  });
});

describe("readCaptchaSettings, refusals", () => {
  it("reports all problems of the captcha variables at once", () => {
    const raw = {
      CAPTCHA_PROVIDER: "recaptcha-v3",
      CAPTCHA_API_BASE: "ftp://example.com",
      CAPTCHA_MIN_SCORE: "2",
    };
    expect(pathsOf(raw).sort()).toEqual([
      "CAPTCHA_API_BASE",
      "CAPTCHA_MIN_SCORE",
      "CAPTCHA_SECRET",
      "CAPTCHA_SITE_KEY",
    ]);
  });

  it.each(["toString", "recaptcha", "Turnstile", 1, null, true])(
    "refuses the captcha provider %j, and lists the valid ones",
    (provider) => {
      const message = "must be one of off, turnstile, recaptcha-v2, recaptcha-v3";
      expect(readCaptchaSettings({ CAPTCHA_PROVIDER: provider, ...keys }, site)).toEqual({
        problems: [{ path: "CAPTCHA_PROVIDER", message }],
      });
    },
  );

  it("treats a blank CAPTCHA_SECRET as unset", () => {
    const raw = { CAPTCHA_PROVIDER: "turnstile", ...keys, CAPTCHA_SECRET: " " };
    expect(readCaptchaSettings(raw, site)).toEqual({
      problems: [{ path: "CAPTCHA_SECRET", message: "must be set: the widget's secret key" }],
    });
  });

  it.each(["-0.1", "1.1", "half", "0x1", "1e-1", "NaN", "0,5", 2, -1, Number.NaN, null, true, [], [0.5]])(
    "refuses the minimum score %j",
    (score) => {
      const raw = { CAPTCHA_PROVIDER: "recaptcha-v3", ...keys, CAPTCHA_MIN_SCORE: score };
      expect(readCaptchaSettings(raw, site)).toEqual({
        problems: [{ path: "CAPTCHA_MIN_SCORE", message: "must be a number from 0 to 1, such as 0.5" }],
      });
    },
  );

  it.each(["example.com", "ftp://example.com", "https://u@example.com", "https://example.com/?a", 7])(
    "refuses %j as CAPTCHA_API_BASE",
    (base) => {
      expect(pathsOf({ CAPTCHA_PROVIDER: "turnstile", ...keys, CAPTCHA_API_BASE: base })).toEqual([
        "CAPTCHA_API_BASE",
      ]);
    },
  );

  it.each([
    ["CAPTCHA_SECRET", "two words"],
    ["CAPTCHA_SECRET", "ключ"],
    ["CAPTCHA_SECRET", 5],
    ["CAPTCHA_SITE_KEY", '"><script>'],
    ["CAPTCHA_SITE_KEY", null],
  ])("refuses as %s: %j", (path, value) => {
    expect(pathsOf({ CAPTCHA_PROVIDER: "recaptcha-v2", ...keys, [path]: value })).toEqual([path]);
  });
});

describe("readCaptchaSettings, abuse", () => {
  it.each([1, 2, 3])("refuses the published test secret %ix… in production", (digit) => {
    const raw = { ...keys, CAPTCHA_PROVIDER: "turnstile", CAPTCHA_SECRET: `${digit}${TEST_SECRET.slice(1)}` };
    expect(readCaptchaSettings(raw, site)).toEqual({
      problems: [{ path: "CAPTCHA_SECRET", message: "must not be a published test secret in production" }],
    });
  });

  it("repeats no value in a problem, because it may be a secret", () => {
    for (const provider of ["canary", "turnstile", "recaptcha-v3"]) {
      const raw = {
        ...{ CAPTCHA_PROVIDER: provider, CAPTCHA_SITE_KEY: "canary one", CAPTCHA_SECRET: "canary two" },
        ...{ CAPTCHA_MIN_SCORE: "canary", CAPTCHA_API_BASE: "canary://user:pass@example.com" },
      };
      const result = readCaptchaSettings(raw, site);
      expect(result).toHaveProperty("problems");
      expect(JSON.stringify(result)).not.toContain("canary");
    }
  });
});
