import { describe, expect, it } from "vitest";
import { mailedCodeTo } from "../../../../support/one-time-codes.ts";
import { headingOf, linkOn, openPageBrowser } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { consent, FROM_OWN_PAGE } from "../../../../support/social/browser-flow.ts";
import { linkByPages } from "../../../../support/social/link.ts";
import { openProviders } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";

const providers = openProviders();
// Without email codes, an identity can be the last sign-in method.
const service = startService({ env: { ...providers.variables, SIGN_IN_METHODS: "password,social" } });
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

/** Follows a provider link on a page, and the redirects after its callback. */
async function signInByLink(browser: ReturnType<typeof openPageBrowser>, link: string, user = socialUser()) {
  const redirect = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
  expect(redirect.status).toBe(302);
  const callback = await browser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
  return { user, finalPage: await browser.visit(callback.headers.get("Location") ?? "") };
}

const startLinkOn = (page: { text: string }, provider: string) =>
  linkOn(page, `/api/auth/social/${provider}/start`);

describe("social login on the pages", () => {
  it("signs in from the German sign-in page and redirects to returnTo", async () => {
    const browser = openPageBrowser(service, { language: "de" });
    const page = await browser.visit("/sign-in?returnTo=/account/profile");
    expect(page.text).toContain("Weiter mit Google");
    const { user, finalPage } = await signInByLink(browser, startLinkOn(page, "google"));
    expect(finalPage.path).toMatch(/\/account\/profile#$/);
    expect((await browser.visit("/account")).text).toContain(user.email);
  });

  it("requires the mailed code without a challenge id in the URL and then redirects to returnTo", async () => {
    const browser = openPageBrowser(always);
    const page = await browser.visit("/sign-in?returnTo=/account/profile");
    const { user, finalPage } = await signInByLink(browser, startLinkOn(page, "google"));
    expect(finalPage.path).toMatch(/^\/sign-in\/code\?returnTo=/);
    expect(finalPage.path).not.toContain("challengeId");
    const code = await mailedCodeTo(always, user.email);
    const afterCode = await browser.submit(finalPage, { code });
    expect(afterCode.path).toMatch(/\/account\/profile$/);
  });

  it("lists and links identities and refuses to remove the last sign-in method", async () => {
    const browser = openPageBrowser(service);
    const { user } = await signInByLink(browser, startLinkOn(await browser.visit("/sign-in"), "google"));
    const linked = await browser.visit("/account/linked");
    expect(headingOf(linked)).toBe("Linked providers");
    expect(linked.text).toContain("Google");
    const refused = await browser.press(linked, { provider: "google" }, "remove");
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("only way");
    const callback = await linkByPages(browser, "oidc", socialUser({ email: user.email }), null);
    const withTwo = await browser.visit(callback.headers.get("Location") ?? "");
    expect(withTwo.path).toMatch(/\/account\/linked#$/);
    const removed = await browser.submit(withTwo, { provider: "google" }, "remove");
    expect(removed.text).toContain("Link Google");
    const repeated = await browser.press(removed, { provider: "google" }, "remove");
    expect(repeated.status).toBe(303);
  });

  it("redirects to the account, or to the code form if a second factor is required, without a returnTo", async () => {
    const { finalPage } = await signInByLink(openPageBrowser(service), "/api/auth/social/google/start");
    expect(finalPage.path).toMatch(/\/account#$/);
    const secondFactor = await signInByLink(openPageBrowser(always), "/api/auth/social/google/start");
    expect(secondFactor.finalPage.path).toMatch(/^\/sign-in\/code/);
  });

  it("shows no provider links when no provider is configured", async () => {
    const page = await openPageBrowser(startService()).visit("/sign-in");
    expect(page.text).not.toContain("/api/auth/social/");
  });
});
