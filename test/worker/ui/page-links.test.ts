import { describe, expect, it } from "vitest";
import { openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";

const TERMS = "https://example.com/terms?v=2";
const PRIVACY = "https://example.com/privacy";
const SUPPORT = "mailto:help@example.com";

const linksIn = (html: string) => [...html.matchAll(/<a href="((?:https|mailto):[^"]*)">([^<]*)<\/a>/g)];
const open = (env: Record<string, string>) => openPageBrowser(startService({ env }));

describe("the operator's pages", () => {
  it("are linked at the end of a page, before a registration, and on error pages", async () => {
    const browser = open({ TERMS_URL: TERMS, PRIVACY_URL: PRIVACY, SUPPORT_URL: SUPPORT });
    const footer = [
      [TERMS, "Terms"],
      [PRIVACY, "Privacy policy"],
      [SUPPORT, "Support"],
    ];
    const of = async (path: string) =>
      linksIn((await browser.visit(path)).text).map(([, href, text]) => [href, text]);
    expect(await of("/sign-in")).toEqual(footer);
    expect(await of("/sign-up")).toEqual([...footer.slice(0, 2), ...footer]);
    expect(await of("/unknown")).toEqual([[SUPPORT, "Contact support"], ...footer]);
  });

  it("names the terms alone where there is no privacy policy", async () => {
    const { text } = await open({ TERMS_URL: TERMS }).visit("/sign-up");
    expect(text.replace(/<[^>]+>/g, "")).toContain("By creating an account you accept the Terms.");
  });

  it("are not mentioned where there are none", async () => {
    const browser = open({});
    for (const path of ["/sign-in", "/sign-up", "/unknown"]) {
      expect(linksIn((await browser.visit(path)).text)).toEqual([]);
    }
  });
});
