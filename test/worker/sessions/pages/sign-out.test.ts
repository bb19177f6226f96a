import { describe, expect, it } from "vitest";
import { linkOn, openPages, signedInPages, titleOf } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { member } from "../../../support/users.ts";

const APP = "https://app.example.com/signed-in?from=here";
const service = startService({ env: { ALLOWED_RETURN_URLS: APP } });
const from = (returnTo: string) => `/sign-out?returnTo=${encodeURIComponent(returnTo)}`;

async function socialUser() {
  const { email } = await member(service);
  return signedInPages(service, email);
}

describe("the page for signing out", () => {
  it("lets whoever an app has sent stay, or go, and leads back to its front page", async () => {
    const browser = await socialUser();
    const page = await browser.visit(from(APP));
    expect(page.text).toContain('<a href="https://app.example.com">Stay signed in</a>');
    const out = await browser.submit(page);
    expect([out.path, out.status]).toEqual([from(APP), 200]);
    expect(titleOf(out)).toBe("You are signed out");
    expect(out.text).toContain("Back to app.example.com");
    expect(linkOn(out, "https://")).toBe("https://app.example.com");
    expect(out.text).not.toContain("Do you want to sign out");
    expect((await browser.visit("/account")).path).toBe("/sign-in?returnTo=%2Faccount");
  });

  it("leads back to a page of its own, or to the account", async () => {
    const browser = await socialUser();
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
  ])("knows no app by %s, which is not on the list", async (returnTo) => {
    const browser = await socialUser();
    const page = await browser.visit(from(returnTo));
    expect([page.status, titleOf(page)]).toEqual([200, "Sign out"]);
    expect(page.text).toContain('<a href="/account">Stay signed in</a>');
    expect(page.text).not.toMatch(/href="[^"]*(evil|example\.com|javascript:)/);
    expect((await browser.submit(page)).path).toBe("/sign-in");
  });

  it("asks whoever is not signed in, and was sent by nobody, as ever", async () => {
    const page = await openPages(service).visit("/sign-out");
    expect(page.text).toContain("Do you want to sign out of this device?");
  });
});
