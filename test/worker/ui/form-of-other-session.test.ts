import { describe, expect, it } from "vitest";
import {
  formsIn,
  openPageBrowser,
  type PageResponse,
  signedInPageBrowser,
  visitEveryPage,
} from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const SESSION = ["__Host-gh_access", "__Host-gh_refresh"];
type Browser = ReturnType<typeof openPageBrowser>;

/** A and B share a browser: B signs in in another tab, while A's page is open. */
async function withSessionOfOther(browser: Browser): Promise<string> {
  const { email } = await registerVerifiedUser(service);
  await service.env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const other = await signedInPageBrowser(service, email);
  for (const name of SESSION) browser.jar.set(name, other.jar.get(name) ?? "");
  return email;
}

const rowOf = (email: string) =>
  service.env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();

describe("a form that was rendered for another session", () => {
  it("saves nothing of A's profile in B's account, however often it is sent, and shows B's own values", async () => {
    const a = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, a.email);
    const form = await browser.visit("/account/profile");
    const b = await withSessionOfOther(browser);
    const before = await rowOf(b);
    const first = await browser.press(form, { name: "Name of A" });
    expect(first.status).toBe(403);
    expect(first.text).not.toContain("Name of A");
    expect(first.text).toContain("Another session started in this browser");
    // The page advises to send the form again: it now holds the values of B.
    await browser.submit({ ...first, path: "/account/profile" });
    expect(await rowOf(b)).toMatchObject({ name: before?.name, last_name: before?.last_name });
  });

  it("keeps the values of a form that has only expired", async () => {
    const clocked = startService();
    const { email } = await registerVerifiedUser(clocked);
    const browser = await signedInPageBrowser(clocked, email);
    const form = await browser.visit("/account/profile");
    for (let hours = 0; hours < 13; hours += 1) {
      clocked.clock.advance(60 * 60_000);
      browser.jar.delete("__Host-gh_access");
      await browser.visit("/account");
    }
    const answer = await browser.press(form, { name: "Grace" });
    expect([answer.status, answer.text.includes('value="Grace"')]).toEqual([403, true]);
  });

  it("keeps the values of a form that a browser without cookies sends", async () => {
    const browser = openPageBrowser(service);
    const form = await browser.visit("/sign-up");
    browser.jar.clear();
    const answer = await browser.press(form, {
      name: "Grace",
      email: "grace@example.com",
      password: PASSWORD,
    });
    expect([answer.status, answer.text.includes('value="Grace"')]).toEqual([403, true]);
  });

  it("is refused without its values on every page with a form", async () => {
    const pages = await visitEveryPage(service);
    const marker = "typed by another person";
    let forms = 0;
    for (const { path, browser, page } of pages) {
      for (const { action, values } of formsOf(page)) {
        forms += 1;
        await withSessionOfOther(browser);
        const fields = Object.fromEntries(
          Object.keys(values).map((name) => [name, isFree(name) ? marker : (values[name] ?? "")]),
        );
        const answer = await browser.post(action, fields);
        expect([303, 400, 403, 404], `${path} ${answer.status}`).toContain(answer.status);
        expect(answer.text, path).not.toContain(marker);
      }
    }
    expect(forms).toBeGreaterThan(15);
  });
});

const isFree = (name: string) => !["csrf", "act", "token", "locale", "here"].includes(name);
const formsOf = (page: PageResponse) =>
  formsIn(page).filter(({ action }) => action !== "" && action !== "/language" && action !== "/sign-out");

it("refuses the sign-in form of another tab with another user's address, and drops it", async () => {
  const browser = openPageBrowser(service);
  const form = await browser.visit("/sign-up");
  await withSessionOfOther(browser);
  const answer = await browser.press(form, { name: "Ada", email: "typed@example.com", password: PASSWORD });
  expect([answer.status, answer.text.includes("typed@example.com")]).toEqual([403, false]);
});
