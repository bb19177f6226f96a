import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../../support/browser.ts";
import { mailedCodeTo, startSecondFactor } from "../../../../support/one-time-codes.ts";
import { headingOf, openPageBrowser } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { signInWithBrowser } from "../../../../support/social/browser-flow.ts";
import { openProviders } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";
import { PASSWORD, registerVerifiedUser } from "../../../../support/users.ts";

const CHALLENGE = "__Host-gh_challenge";
const ACCESS = "__Host-gh_access";
const providers = openProviders();
const service = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

/** A browser at the code page of that user's sign-in. */
async function atCodePage(email: string) {
  const browser = openPageBrowser(service);
  return {
    browser,
    page: await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD }),
  };
}

describe("the challenge of a second factor", () => {
  it.each(["/sign-in", "/account", "/sign-in/code", "/sign-up"])(
    "is never read from the address of %s",
    async (path) => {
      const attacker = (await registerVerifiedUser(service)).email;
      const { challengeId } = await startSecondFactor(service, attacker);
      const victim = openPageBrowser(service);
      const page = await victim.visit(`${path}?challengeId=${challengeId}`);
      expect(victim.jar.has(CHALLENGE)).toBe(false);
      expect(headingOf(page)).not.toBe("Enter the code");
      expect(page.text).not.toContain('name="code"');
    },
  );

  it("does not replace the pending one of the browser by the address", async () => {
    const { browser } = await atCodePage((await registerVerifiedUser(service)).email);
    const before = browser.jar.get(CHALLENGE);
    const { challengeId } = await startSecondFactor(service, (await registerVerifiedUser(service)).email);
    await browser.visit(`/sign-in?challengeId=${challengeId}`);
    expect(browser.jar.get(CHALLENGE)).toBe(before);
  });

  it("is refused in the cookie of another browser, with its right code", async () => {
    const email = (await registerVerifiedUser(service)).email;
    const attacker = await atCodePage(email);
    const victim = openPageBrowser(service);
    await victim.visit("/sign-in");
    victim.jar.set(CHALLENGE, attacker.browser.jar.get(CHALLENGE) ?? "");
    expect((await victim.visit("/sign-in/code")).path).toBe("/sign-in");
    const csrf = /name="csrf" value="([^"]+)"/.exec((await victim.visit("/sign-in")).text)?.[1] ?? "";
    victim.jar.set(CHALLENGE, attacker.browser.jar.get(CHALLENGE) ?? "");
    await victim.post("/sign-in/code", { csrf, code: await mailedCodeTo(service, email) });
    expect(victim.jar.has(ACCESS)).toBe(false);
  });

  it("is refused in a cookie without or with a wrong signature", async () => {
    const email = (await registerVerifiedUser(service)).email;
    const { browser } = await atCodePage(email);
    const [id, seconds, mac = ""] = (browser.jar.get(CHALLENGE) ?? "").split(".");
    for (const value of [
      `${id}.${seconds}`,
      `${id}.${seconds}.`,
      `${id}.${Number(seconds) + 1}.${mac}`,
      "x",
      "..",
      "",
    ]) {
      browser.jar.set(CHALLENGE, value);
      expect((await browser.visit("/sign-in/code")).path).toBe("/sign-in");
    }
  });

  it("reaches the code page after a social login by the cookie of the callback, not by its address", async () => {
    const user = socialUser();
    await providers.setUser(user);
    const browser = openBrowser(service);
    const callback = await signInWithBrowser(browser, "github", user, "?returnTo=/account/sessions");
    expect(callback.headers.get("Location")).toBe(
      `/sign-in/code?returnTo=${encodeURIComponent("/account/sessions")}#`,
    );
    const pages = openPageBrowser(service);
    for (const [name, value] of browser.jar) pages.jar.set(name, value);
    const page = await pages.visit(callback.headers.get("Location") ?? "");
    const signedIn = await pages.submit(page, { code: await mailedCodeTo(service, user.email) });
    expect(signedIn.path).toMatch(/\/account\/sessions$/);
  });
});
