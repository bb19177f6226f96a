import { describe, expect, it } from "vitest";
import { signedInPageBrowser } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const MINUTE = 60_000;

async function registerAndLogIn(own = service) {
  const { email } = await registerVerifiedUser(own);
  return { email, browser: await signedInPageBrowser(own, email) };
}

describe("a page session", () => {
  it("a session continues by the refresh cookie when the access cookie is missing, and returns to the page after sign-in", async () => {
    const slow = startService({ clock: createTestClock() });
    const { browser, email } = await registerAndLogIn(slow);
    const first = browser.jar.get("__Host-gh_refresh");
    slow.clock.advance(16 * MINUTE);
    browser.jar.delete("__Host-gh_access");
    const page = await browser.visit("/account/sessions");
    expect(page.path).toBe("/account/sessions");
    expect(browser.jar.get("__Host-gh_refresh")).not.toBe(first);
    // The CSRF token of a form that stayed open is still valid for this session.
    slow.clock.advance(16 * MINUTE);
    const saved = await browser.submit(await browser.visit("/account/profile"), { name: "Grace" });
    expect(saved.path).toBe("/account");
    slow.clock.advance(8 * 24 * 60 * MINUTE);
    const gone = await browser.visit("/account/sessions");
    expect(gone.path).toBe("/sign-in?returnTo=%2Faccount%2Fsessions");
    const back = await browser.submit(gone, { email, password: PASSWORD });
    expect(back.path).toBe("/account/sessions");
  });

  it("a session that ended before the form was posted redirects to sign-in, which says that nothing was saved", async () => {
    const { browser, email } = await registerAndLogIn();
    await signedInPageBrowser(service, email);
    const page = await browser.visit("/account/sessions");
    for (const name of ["access", "refresh"]) browser.jar.delete(`__Host-gh_${name}`);
    const lost = await browser.submit(page, {}, "others");
    expect(lost.path).toBe("/sign-in?returnTo=%2Faccount%2Fsessions");
    expect(lost.text).toContain("your last change was not saved");
    expect((await browser.submit(lost, { email, password: PASSWORD })).path).toBe("/account/sessions");
    // A GET lost nothing.
    browser.jar.clear();
    expect((await browser.visit("/account/profile")).text).not.toContain("not saved");
  });

  it("redirects a signed-in user from sign-in to the account", async () => {
    const { browser } = await registerAndLogIn();
    expect((await browser.visit("/sign-in")).path).toBe("/account");
    expect((await browser.visit("/")).path).toBe("/account");
  });
});
