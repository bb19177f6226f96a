import { describe, expect, it } from "vitest";
import { signedInPages } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { member, PASSWORD } from "../../support/users.ts";

const service = startService();
const MINUTE = 60_000;

async function socialUser(own = service) {
  const { email } = await member(own);
  return { email, browser: await signedInPages(own, email) };
}

describe("the session of a page", () => {
  it("goes on when the access cookie has gone, by the refresh cookie, and comes back after signing in", async () => {
    const slow = startService({ clock: createTestClock() });
    const { browser, email } = await socialUser(slow);
    const first = browser.jar.get("__Host-gh_refresh");
    slow.clock.advance(16 * MINUTE);
    browser.jar.delete("__Host-gh_access");
    const page = await browser.visit("/account/sessions");
    expect(page.path).toBe("/account/sessions");
    expect(browser.jar.get("__Host-gh_refresh")).not.toBe(first);
    // A form that was open all the while is still this session's own.
    slow.clock.advance(16 * MINUTE);
    const saved = await browser.submit(await browser.visit("/account/profile"), { name: "Grace" });
    expect(saved.path).toBe("/account");
    slow.clock.advance(8 * 24 * 60 * MINUTE);
    const gone = await browser.visit("/account/sessions");
    expect(gone.path).toBe("/sign-in?returnTo=%2Faccount%2Fsessions");
    const back = await browser.submit(gone, { email, password: PASSWORD });
    expect(back.path).toBe("http://gatehouse.test/account/sessions");
  });

  it("that ended before a form was sent is missed by name, and the form says that it was not saved", async () => {
    const { browser, email } = await socialUser();
    const page = await browser.visit("/account/profile");
    for (const name of ["access", "refresh"]) browser.jar.delete(`__Host-gh_${name}`);
    const lost = await browser.submit(page, { name: "Grace" });
    expect(lost.path).toBe("/sign-in?returnTo=%2Faccount%2Fprofile");
    expect(lost.text).toContain("what you sent was not saved");
    const back = await browser.submit(lost, { email, password: PASSWORD });
    expect(back.text).toContain('value="Ada"');
    // A page that was only asked for has lost nothing.
    browser.jar.clear();
    expect((await browser.visit("/account/profile")).text).not.toContain("not saved");
  });

  it("sends whoever has one past sign-in", async () => {
    const { browser } = await socialUser();
    expect((await browser.visit("/sign-in")).path).toBe("/account");
    expect((await browser.visit("/")).path).toBe("/account");
  });
});
