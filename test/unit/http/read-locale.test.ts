import { describe, expect, it } from "vitest";
import { readLocale } from "../../../src/http/read-locale.ts";

const localeOf = (language: string | null, cookie?: string) =>
  readLocale(
    new Headers({
      ...(language === null ? {} : { "Accept-Language": language }),
      ...(cookie ? { Cookie: cookie } : {}),
    }),
  );

describe("readLocale", () => {
  it.each([
    ["de", "de"],
    ["de-AT,de;q=0.9,en;q=0.8", "de"],
    ["fr, en;q=0.5, de;q=0.7", "de"],
    ["fr-FR", "en"],
    ["de;q=0, en", "en"],
    ["DE", "de"],
    ["*", "en"],
    ["", "en"],
    [null, "en"],
    [";;;,,,q=", "en"],
    [`${"x,".repeat(5_000)}de`, "en"],
  ])("reads Accept-Language %s as %s", (acceptLanguage, locale) => {
    expect(localeOf(acceptLanguage)).toBe(locale);
  });

  it("prefers the language of the cookie to Accept-Language, if it is supported", () => {
    expect(localeOf("de", "__Host-gh_lang=en")).toBe("en");
    expect(localeOf("en", "other=1; __Host-gh_lang=de")).toBe("de");
    expect(localeOf("de", "__Host-gh_lang=xx")).toBe("de");
  });
});
