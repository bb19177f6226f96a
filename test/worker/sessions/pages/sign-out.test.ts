import { describe, expect, it } from "vitest";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService();
const from = (returnTo: string) => `/sign-out?returnTo=${encodeURIComponent(returnTo)}`;

async function signedInUser() {
  const { email } = await registerVerifiedUser(service);
  return signedInPageBrowser(service, email);
}

describe("the sign-out page", () => {
  it("links back to a page of the service, or else to the account page", async () => {
    const browser = await signedInUser();
    for (const [path, back] of [
      ["/sign-out", "/account"],
      [from("/account/sessions"), "/account/sessions"],
    ] as const) {
      expect((await browser.visit(path)).text).toContain(`<a href="${back}">Stay signed in</a>`);
    }
    expect((await browser.submit(await browser.visit("/sign-out"))).path).toBe("/sign-in");
  });

  it.each([
    "https://app.example.com/signed-in",
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
    expect(page.text).toContain("Sign out of this device?");
  });
});
