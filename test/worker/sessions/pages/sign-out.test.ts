import { describe, expect, it } from "vitest";
import { headingOf, linkOn, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const APP = "https://app.example.com/signed-in?from=here";
const service = startService({ env: { ALLOWED_RETURN_URLS: APP } });
const from = (returnTo: string) => `/sign-out?returnTo=${encodeURIComponent(returnTo)}`;

async function signedInUser() {
  const { email } = await registerVerifiedUser(service);
  return signedInPageBrowser(service, email);
}

describe("the sign-out page", () => {
  it("lets a user sent by an app stay or sign out, and links to the app's origin", async () => {
    const browser = await signedInUser();
    const page = await browser.visit(from(APP));
    expect(page.text).toContain('<a href="https://app.example.com">Stay signed in</a>');
    const signedOut = await browser.submit(page);
    expect([signedOut.path, signedOut.status]).toEqual([from(APP), 200]);
    expect(headingOf(signedOut)).toBe("You are signed out");
    expect(signedOut.text).toContain("Back to app.example.com");
    expect(linkOn(signedOut, "https://")).toBe("https://app.example.com");
    expect(signedOut.text).not.toContain("Do you want to sign out");
    expect((await browser.visit("/account")).path).toBe("/sign-in?returnTo=%2Faccount");
  });

  it("links back to an allowed own page, or else to the account page", async () => {
    const browser = await signedInUser();
    for (const [path, back] of [
      ["/sign-out", "/account"],
      [from("/account/sessions"), "http://gatehouse.test/account/sessions"],
    ] as const) {
      expect((await browser.visit(path)).text).toContain(`<a href="${back}">Stay signed in</a>`);
    }
    expect((await browser.submit(await browser.visit("/sign-out"))).path).toBe("/sign-in");
  });

  it.each([
    "https://app.example.com/",
    "https://app.example.com/signed-in",
    "https://app.example.com/signed-in?from=here&more=1",
    "https://evil.example/signed-in?from=here",
    "//evil.example",
    "javascript:alert(1)",
  ])("ignores the return URL %s, which is not allowed", async (returnTo) => {
    const browser = await signedInUser();
    const page = await browser.visit(from(returnTo));
    expect([page.status, headingOf(page)]).toEqual([200, "Sign out"]);
    expect(page.text).toContain('<a href="/account">Stay signed in</a>');
    expect(page.text).not.toMatch(/href="[^"]*(evil|example\.com|javascript:)/);
    expect((await browser.submit(page)).path).toBe("/sign-in");
  });

  it("asks for confirmation also without a session and without a return URL", async () => {
    const page = await openPageBrowser(service).visit("/sign-out");
    expect(page.text).toContain("Do you want to sign out of this device?");
  });
});
