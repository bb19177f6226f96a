import { describe, expect, it } from "vitest";
import { formsIn, headingOf, openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { newAddress, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();

describe("the return target", () => {
  const TARGET = "/account/sessions?a=b";

  const locationAfterSignIn = async (returnTo: string) => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
    return (await browser.press(page, { email, password: PASSWORD })).headers.get("Location");
  };

  it.each([
    ["/account/sessions?a=b", "/account/sessions?a=b"],
    ["http://gatehouse.test/account", "/account"],
    ["/account/../account/./email", "/account/email"],
  ])("%s is the redirect after sign-in", async (returnTo, location) => {
    expect(await locationAfterSignIn(returnTo)).toBe(location);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "https://evil.example/",
    // A URL parser makes a path of them that a browser reads as a host.
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "http://gatehouse.test//evil.example",
    "/api/auth/social/github/start",
    "/account#fragment",
    "http://gatehouse.test@evil.example/",
    "http://gatehouse.test.evil.example/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "",
  ])("%j is rejected: the redirect leads to the account", async (returnTo) => {
    expect(await locationAfterSignIn(returnTo)).toBe("/account");
  });

  it("the return target is kept through the code page and through sign-up", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const start = `/sign-in?returnTo=${encodeURIComponent(TARGET)}`;
    const page = await browser.visit(start);
    expect(page.text).toContain(`/sign-up?returnTo=${encodeURIComponent(TARGET)}`);
    const always = startService({ env: { LOGIN_OTP: "always" } });
    const asked = openPageBrowser(always);
    const code = await asked.submit(await asked.visit(start), { email, password: PASSWORD });
    expect(code.path).toBe(`/sign-in/code?returnTo=${encodeURIComponent(TARGET)}`);
    const sent = await browser.submit(
      await browser.visit(`/sign-up?returnTo=${encodeURIComponent(TARGET)}`),
      {
        name: "Ada",
        email: newAddress(),
        password: PASSWORD,
      },
    );
    expect(sent.text).toContain(`/sign-in?returnTo=${encodeURIComponent(TARGET)}`);
  });
});

describe("POST /language", () => {
  it("the language switch redirects back to the page, and keeps the language in a cookie", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit("/sign-up?returnTo=%2Faccount%2Fsessions");
    const [form] = formsIn(page).filter(({ action }) => action === "/language");
    const back = await browser.post("/language", { ...form?.values, locale: "de" });
    expect(back.headers.get("Location")).toBe("/sign-up?returnTo=%2Faccount%2Fsessions");
    expect(back.headers.get("Set-Cookie")).toMatch(
      /^__Host-gh_lang=de; Max-Age=31536000; .*HttpOnly; Secure/,
    );
    expect(headingOf(await browser.visit("/sign-up"))).toBe("Konto anlegen");
  });

  it("the language switch rejects another origin, an unknown language and a missing CSRF token", async () => {
    const browser = openPageBrowser(service);
    const [form] = formsIn(await browser.visit("/sign-in")).filter(({ action }) => action === "/language");
    for (const here of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
      const answer = await browser.post("/language", { ...form?.values, here, locale: "xx" });
      expect([answer.headers.get("Location"), browser.jar.has("__Host-gh_lang")]).toEqual(["/", false]);
    }
    const stale = await browser.post("/language", { ...form?.values, csrf: "", locale: "de" });
    expect([stale.status, browser.jar.has("__Host-gh_lang")]).toEqual([303, false]);
  });
});
