import { describe, expect, it } from "vitest";
import { openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";

const TERMS = "https://example.com/terms?v=2";
const PRIVACY = "https://example.com/privacy";
const SUPPORT = "mailto:help@example.com";

const linksIn = (html: string) => [...html.matchAll(/<a href="((?:https|mailto):[^"]*)">([^<]*)<\/a>/g)];
const open = (env: Record<string, string>, language = "en") =>
  openPageBrowser(startService({ env }), { language });
const textOf = async (browser: ReturnType<typeof open>, path: string) =>
  (await browser.visit(path)).text.replace(/<[^>]+>/g, "");

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
    expect(await textOf(open({ TERMS_URL: TERMS }), "/sign-up")).toContain(
      "By creating an account you agree to the Terms.",
    );
  });

  it.each([
    ["en", "By creating an account you agree to the Terms and the Privacy policy.", "Contact support"],
    [
      "de",
      "Mit der Registrierung stimmen Sie den Nutzungsbedingungen und der Datenschutzerklärung zu.",
      "Hilfe anfordern",
    ],
  ])("are named in the language %s", async (language, agreement, support) => {
    const browser = open({ TERMS_URL: TERMS, PRIVACY_URL: PRIVACY, SUPPORT_URL: SUPPORT }, language);
    expect(await textOf(browser, "/sign-up")).toContain(agreement);
    expect(await textOf(browser, "/unknown")).toContain(support);
  });

  it("ask for agreement on the sign-in page where a code creates the account", async () => {
    const withCodes = { TERMS_URL: TERMS, SIGN_IN_METHODS: "email_code" };
    const agreement = "By creating an account you agree to the Terms.";
    expect(await textOf(open(withCodes), "/sign-in")).toContain(agreement);
    expect(await textOf(open({ ...withCodes, SIGN_UP: "invited" }), "/sign-in")).not.toContain(agreement);
    expect(await textOf(open({ TERMS_URL: TERMS }), "/sign-in")).not.toContain(agreement);
  });

  it("include support on the page that is shown without assets", async () => {
    const ASSETS = { fetch: async () => new Response(null, { status: 500 }) };
    for (const [env, links] of [
      [{ SUPPORT_URL: SUPPORT, ASSETS }, [[SUPPORT, "Contact support"]]],
      [{ ASSETS }, []],
    ] as const) {
      const page = await openPageBrowser(startService({ env })).visit("/sign-in");
      expect([page.status, linksIn(page.text).map(([, href, text]) => [href, text])]).toEqual([503, links]);
    }
  });

  it("are not mentioned where there are none", async () => {
    const browser = open({});
    for (const path of ["/sign-in", "/sign-up", "/unknown"]) {
      expect(linksIn((await browser.visit(path)).text)).toEqual([]);
    }
  });
});
