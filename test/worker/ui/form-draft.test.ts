import { describe, expect, it } from "vitest";
import { mailedCodeTo } from "../../support/one-time-codes.ts";
import { formsIn, openPageBrowser, type PageResponse, signedInPageBrowser } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const MINUTE = 60_000;
const DRAFT = "__Host-gh_draft";
const SESSION = ["__Host-gh_access", "__Host-gh_refresh"];
const KEPT = "what you typed is kept for 15 minutes";
const RESTORED = "This is what you typed before your session expired. It is not saved yet.";

type Browser = ReturnType<typeof openPageBrowser>;

/** The session of the open profile page ends before the user sends its form. */
async function sendAfterSession(fields: Record<string, string> = { name: "Grace" }, at = service) {
  const { email } = await registerVerifiedUser(at);
  const browser = await signedInPageBrowser(at, email);
  const form = await browser.visit("/account/profile");
  for (const name of SESSION) browser.jar.delete(name);
  return { email, browser, form, signIn: await browser.submit(form, fields) };
}

const nameIn = (page: PageResponse) => formsIn(page).find(({ values }) => "name" in values)?.values.name;
const storedName = (email: string) =>
  service.env.DB.prepare("SELECT name FROM accounts WHERE email = ?").bind(email).first<string>("name");
const signInAgain = (browser: Browser, page: PageResponse, email: string) =>
  browser.submit(page, { email, password: PASSWORD });

describe("a form whose session has ended", () => {
  it("has its values again after the sign-in, and saves them when the user sends it again", async () => {
    const { email, browser, signIn } = await sendAfterSession({ name: "Grace", lastName: "Hopper" });
    expect(signIn.path).toBe("/sign-in?returnTo=%2Faccount%2Fprofile");
    expect(signIn.text).toContain(KEPT);
    expect(await storedName(email)).toBe("Ada");
    const page = await signInAgain(browser, signIn, email);
    expect([page.path, nameIn(page), page.text.includes(RESTORED)]).toEqual([
      "/account/profile",
      "Grace",
      true,
    ]);
    expect(await storedName(email)).toBe("Ada");
    expect((await browser.submit(page)).path).toBe("/account");
    expect(await storedName(email)).toBe("Grace");
    // Once.
    expect(browser.jar.has(DRAFT)).toBe(false);
    expect((await browser.visit("/account/profile")).text).not.toContain(RESTORED);
  });

  it("keeps them through a second factor", async () => {
    const always = startService({ env: { LOGIN_OTP: "always" } });
    const { email, browser } = await sendAfterSession();
    const asked = openPageBrowser(always);
    asked.jar.set(DRAFT, browser.jar.get(DRAFT) ?? "");
    const signIn = await asked.visit("/sign-in?returnTo=%2Faccount%2Fprofile");
    const code = await signInAgain(asked, signIn, email);
    expect(nameIn(await asked.submit(code, { code: await mailedCodeTo(always, email) }))).toBe("Grace");
  });

  it("keeps them until the user opens the page of the form", async () => {
    const { email, browser } = await sendAfterSession();
    const account = await signInAgain(browser, await browser.visit("/sign-in"), email);
    expect([account.path, account.text.includes(RESTORED)]).toEqual(["/account", false]);
    expect(nameIn(await browser.visit("/account/profile"))).toBe("Grace");
  });

  it("is never filled in for another user, who gets an empty cookie", async () => {
    const { browser, signIn } = await sendAfterSession();
    const other = await registerVerifiedUser(service);
    const page = await signInAgain(browser, signIn, other.email);
    expect([page.path, nameIn(page), page.text.includes(RESTORED)]).toEqual([
      "/account/profile",
      "Ada",
      false,
    ]);
    expect(browser.jar.has(DRAFT)).toBe(false);
  });

  it("keeps no password, code or token, and shows nothing of the values in the cookie", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const form = await browser.visit("/account/email");
    for (const name of SESSION) browser.jar.delete(name);
    const signIn = await browser.submit(form, { newEmail: "grace@example.com", password: PASSWORD });
    expect(decodeURIComponent(browser.jar.get(DRAFT) ?? "")).not.toContain("grace");
    const page = await signInAgain(browser, signIn, email);
    expect(page.text).toContain('value="grace@example.com"');
    expect(page.text).not.toContain(PASSWORD);
  });

  it("is forgotten after 15 minutes", async () => {
    const clocked = startService({ clock: createTestClock() });
    const { email, browser, signIn } = await sendAfterSession({ name: "Grace" }, clocked);
    clocked.clock.advance(15 * MINUTE);
    const page = await signInAgain(browser, signIn, email);
    expect(nameIn(page)).toBe("Ada");
  });

  it("is not kept if another site sends it, or if it has no owner", async () => {
    const { email, browser, form } = await sendAfterSession();
    browser.jar.delete(DRAFT);
    const [values = {}] = formsIn(form)
      .filter((one) => "name" in one.values)
      .map((one) => one.values);
    const body = () => new URLSearchParams({ ...values, name: "Mallory" });
    const foreign = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
    const answer = await browser.send("POST", "/account/profile", body(), foreign);
    expect([answer.status, browser.jar.has(DRAFT)]).toEqual([303, false]);
    const { owner: _, ...ownerless } = values;
    const signIn = await browser.submit(
      {
        ...form,
        text: `<form action="/account/profile">${inputs({ ...ownerless, name: "Mallory" })}</form>`,
      },
      { name: "Mallory" },
    );
    const page = await signInAgain(browser, signIn, email);
    expect(nameIn(page)).toBe("Ada");
  });

  it("is not kept if it is too long for a cookie, and the sign-in page says so", async () => {
    const { browser, signIn } = await sendAfterSession({ name: "x".repeat(4000) });
    expect(browser.jar.has(DRAFT)).toBe(false);
    expect(signIn.text).toContain("your last change was not saved");
  });

  it("ignores a cookie that the service has not sealed", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    for (const cookie of ["", "x", "a.b.c", `${"a".repeat(8)}.${"b".repeat(16)}.${"c".repeat(64)}`]) {
      browser.jar.set(DRAFT, cookie);
      const page = await browser.visit("/account/profile");
      expect([page.status, nameIn(page)], cookie).toEqual([200, "Ada"]);
    }
  });

  it("says so in German", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service, { language: "de" });
    const signedIn = await signedInPageBrowser(service, email);
    for (const name of SESSION) browser.jar.set(name, signedIn.jar.get(name) ?? "");
    const form = await browser.visit("/account/profile");
    for (const name of SESSION) browser.jar.delete(name);
    const signIn = await browser.submit(form, { name: "Grace" });
    expect(signIn.text).toContain("Ihre Eingaben bleiben 15 Minuten erhalten");
    expect((await signInAgain(browser, signIn, email)).text).toContain("Sie sind noch nicht gespeichert");
  });
});

const inputs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `<input name="${name}" value="${value}">`)
    .join("");
