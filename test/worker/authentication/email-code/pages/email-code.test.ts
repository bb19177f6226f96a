import { describe, expect, it } from "vitest";
import { mailedCodeTo, wrongCode } from "../../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { mailTo, newAddress, registerVerifiedUser } from "../../../../support/users.ts";

const service = startService();

const openCodePage = async (email: string, path = "/sign-in") => {
  const browser = openPageBrowser(service);
  return { browser, page: await browser.submit(await browser.visit(path), { email, password: "" }, "code") };
};

/** The page without what differs in every response. */
const textOf = ({ text }: { text: string }, email: string) =>
  text
    .replaceAll(email, "<address>")
    .replaceAll(/nonce(-|=")[\w-]+/g, "nonce")
    .replaceAll(/name="csrf" value="[^"]+"/g, "csrf");

describe("the page of the email code, without scripts", () => {
  it("signs in by the code and leads to the return target", async () => {
    const { email } = await registerVerifiedUser(service);
    const { browser, page } = await openCodePage(email, "/sign-in?returnTo=/account/sessions");
    expect(page.path).toBe(`/sign-in/email-code?returnTo=${encodeURIComponent("/account/sessions")}`);
    const code = await mailedCodeTo(service, email);
    const wrong = await browser.submit(page, { code: wrongCode(code) });
    expect([wrong.status, wrong.text.includes("This code is wrong or has expired.")]).toEqual([400, true]);
    // Users type the halves of a code apart.
    const target = await browser.submit(wrong, { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect([target.path, target.status]).toEqual(["/account/sessions", 200]);
    expect(browser.jar.has("__Host-gh_email_code")).toBe(false);
  });

  it("creates an account", async () => {
    const email = newAddress();
    const { browser, page } = await openCodePage(email);
    const account = await browser.submit(page, { code: await mailedCodeTo(service, email) });
    expect([account.path, account.text.includes(email)]).toEqual(["/account", true]);
  });

  it("is the same for an address with and without an account", async () => {
    const { email } = await registerVerifiedUser(service);
    const closed = startService({ clock: service.clock, env: { SIGN_UP: "closed" } });
    const pageFor = async (address: string) => {
      const browser = openPageBrowser(closed);
      const page = await browser.submit(await browser.visit("/sign-in"), { email: address }, "code");
      return textOf(page, address);
    };
    expect(await pageFor(email)).toBe(await pageFor(newAddress()));
  });

  it("has a new code sent, which voids the earlier one", async () => {
    const { email } = await registerVerifiedUser(service);
    const { browser, page } = await openCodePage(email);
    const first = await mailedCodeTo(service, email);
    service.clock.advance(61_000);
    const again = await browser.submit(page, {}, "resend");
    expect(again.path).toBe("/sign-in/email-code");
    expect(await mailTo(service, email)).toHaveLength(2);
    const code = await mailedCodeTo(service, email);
    if (code !== first) expect((await browser.submit(again, { code: first })).status).toBe(400);
    expect((await browser.submit(again, { code })).path).toBe("/account");
  });

  it("shows the sign-in form again for an address that is none", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email: "no address" }, "code");
    expect([page.status, page.text.includes("Please enter one email address")]).toEqual([400, true]);
  });

  it("leads to sign-in without a challenge, and with that of another browser", async () => {
    expect((await openPageBrowser(service).visit("/sign-in/email-code")).path).toBe("/sign-in");
    const { email } = await registerVerifiedUser(service);
    const { browser } = await openCodePage(email);
    const victim = openPageBrowser(service);
    await victim.visit("/sign-in");
    const planted = browser.jar.get("__Host-gh_email_code") ?? "";
    victim.jar.set("__Host-gh_email_code", planted);
    expect((await victim.visit("/sign-in/email-code")).path).toBe("/sign-in");
  });

  it("is refused as the cookie of the second factor, and the other way round", async () => {
    const { email } = await registerVerifiedUser(service);
    const { browser } = await openCodePage(email);
    browser.jar.set("__Host-gh_challenge", browser.jar.get("__Host-gh_email_code") ?? "");
    expect((await browser.visit("/sign-in/code")).path).toBe("/sign-in");
  });
});
