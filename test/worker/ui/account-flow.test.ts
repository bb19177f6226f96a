import { describe, expect, it } from "vitest";
import { countSessions } from "../../support/database-rows.ts";
import { mailedCodeTo, markDeviceAsKnown } from "../../support/one-time-codes.ts";
import { headingOf, openPageBrowser } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import {
  linkMailedTo,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
} from "../../support/users.ts";

const service = startService();
const NEW_PASSWORD = "another quiet harbour";

async function memberWithSecondFactor(own = service) {
  const { email } = await registerVerifiedUser(own);
  const { token } = await logIn(own, email);
  await markDeviceAsKnown(token);
  await own.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
}

describe("the pages without JavaScript", () => {
  it("a user without JavaScript can sign up, verify the email address by a button but not by opening the link, and sign in", async () => {
    const browser = openPageBrowser(service);
    const email = newAddress();
    const form = await browser.visit("/sign-up");
    const sent = await browser.submit(form, { name: "Ada", email, password: PASSWORD });
    expect([sent.path, headingOf(sent)]).toEqual(["/sign-up/check-your-mail", "Check your email"]);
    expect(sent.text).toContain(email);
    const link = await linkMailedTo(service, email);
    for (let visit = 0; visit < 2; visit++) {
      expect(headingOf(await browser.visit(link))).toBe("Confirm your email address");
    }
    // The address is not verified yet: signing in leads to the page that sends another link.
    const early = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect([early.path, await countSessions(email)]).toEqual(["/sign-up/check-your-mail", 0]);
    const verified = await browser.submit(await browser.visit(link));
    expect(verified.path).toBe("/sign-in");
    expect(verified.text).toContain("Your email address is confirmed");
    expect(headingOf(await browser.visit(link))).toBe("This link is no longer valid");
    const signIn = await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect([signIn.status, signIn.headers.get("Location")]).toEqual([303, "/account"]);
    expect(browser.jar.has("__Host-gh_access")).toBe(true);
    expect(browser.jar.has("__Host-gh_device")).toBe(true);
    expect(await countSessions(email)).toBe(1);
  });

  it("the pages send another verification link, and answer the same for an address without an account", async () => {
    const slow = startService({ clock: createTestClock() });
    const email = newAddress();
    const browser = openPageBrowser(slow);
    const page = await browser.submit(await browser.visit("/sign-up"), {
      name: "Ada",
      email,
      password: PASSWORD,
    });
    slow.clock.advance(61_000);
    const again = await browser.submit(page, { email });
    const unknown = await browser.submit(page, { email: newAddress() });
    for (const answer of [again, unknown]) {
      expect([answer.status, answer.text.includes("we have sent a new link")]).toEqual([200, true]);
    }
    expect((await mailTo(slow, email)).length).toBe(2);
  });

  it("the pages ask for the code of the second factor on the next page, and put its challenge in no URL", async () => {
    const email = await memberWithSecondFactor();
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect([page.path, headingOf(page)]).toEqual(["/sign-in/code", "Check your email"]);
    expect(browser.jar.has("__Host-gh_access")).toBe(false);
    const code = await mailedCodeTo(service, email);
    const wrong = await browser.press(page, { code: code === "000000" ? "000001" : "000000" });
    expect([wrong.status, wrong.text.includes("wrong or has expired")]).toEqual([400, true]);
    const short = await browser.press(page, { code: "12" });
    expect([short.status, short.text.includes("six digits")]).toEqual([400, true]);
    // As mail clients and users copy it.
    const done = await browser.press(page, { code: ` ${code.slice(0, 3)}\u00a0${code.slice(3)} ` });
    expect(done.headers.get("Location")).toBe("/account");
    expect(browser.jar.has("__Host-gh_challenge")).toBe(false);
    expect(browser.jar.has("__Host-gh_access")).toBe(true);
  });

  it("the code page sends a new code after a minute, and rejects the earlier one", async () => {
    const slow = startService({ clock: createTestClock() });
    const email = await memberWithSecondFactor(slow);
    const browser = openPageBrowser(slow);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.text).toContain('data-wait="60"');
    const first = await mailedCodeTo(slow, email);
    slow.clock.advance(61_000);
    expect((await browser.visit("/sign-in/code")).text).toContain('data-wait="0"');
    const again = await browser.submit(page, {}, "resend");
    expect(again.text).toContain("we have sent a new code");
    expect(again.text).toContain('data-wait="60"');
    expect((await browser.press(again, { code: first })).status).toBe(400);
    const done = await browser.press(again, { code: await mailedCodeTo(slow, email) });
    expect(done.headers.get("Location")).toBe("/account");
  });

  it("a user without JavaScript can reset a forgotten password; a rejected password does not consume the link", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD }).catch(() => null);
    const sent = await browser.submit(await browser.visit("/forgot-password"), { email });
    expect(sent.text).toContain("we have sent a link to choose a new password");
    const page = await browser.visit(await linkMailedTo(service, email));
    expect(headingOf(page)).toBe("Choose a new password");
    for (const [newPassword, text] of [
      ["short", "8 characters"],
      ["password1", "most common"],
      ["", "fill this in"],
    ] as const) {
      const again = await browser.press(page, { newPassword });
      expect([again.status, again.text.includes(text)]).toEqual([400, true]);
    }
    const done = await browser.submit(page, { newPassword: NEW_PASSWORD });
    expect(done.path).toBe("/sign-in");
    expect(done.text).toContain("Your new password is set");
    // A reset does not sign in (ASVS 6.4.3). The sign-in form has the address.
    expect(done.text).toContain(`value="${email}"`);
    await logIn(service, email, NEW_PASSWORD);
  });

  it("a button signs the user out, and the page asks again when the CSRF token of the page expired", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const press = async () => browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    await press();
    const old = await browser.visit("/sign-out");
    expect((await browser.submit(old)).text).toContain("You are signed out");
    expect(browser.jar.has("__Host-gh_refresh")).toBe(false);
    await press();
    const asked = await browser.post("/sign-out", { csrf: "of another day" });
    expect([asked.status, headingOf(asked)]).toEqual([403, "Sign out"]);
    expect((await browser.submit(asked)).path).toBe("/sign-in");
  });
});
