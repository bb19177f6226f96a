import { describe, expect, it } from "vitest";
import { readLocale } from "../../../src/http/read-locale.ts";

const of = (language: string | null, cookie?: string) =>
  readLocale(
    new Headers({
      ...(language === null ? {} : { "Accept-Language": language }),
      ...(cookie ? { Cookie: cookie } : {}),
    }),
  );

describe("the language of a request", () => {
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
  ])("that asks for %s is %s", (asked, spoken) => {
    expect(of(asked)).toBe(spoken);
  });

  it("is the one that was switched to, whatever is asked for, if there is such a one", () => {
    expect(of("de", "__Host-gh_lang=en")).toBe("en");
    expect(of("en", "other=1; __Host-gh_lang=de")).toBe("de");
    expect(of("de", "__Host-gh_lang=xx")).toBe("de");
  });
});
