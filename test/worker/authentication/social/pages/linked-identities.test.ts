import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../../support/assertions.ts";
import { mailedCodeTo } from "../../../../support/one-time-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { consent } from "../../../../support/social/browser-flow.ts";
import { interstitialUrl, linkByPages, startLink, submitLink } from "../../../../support/social/link.ts";
import { openProviders, REDIRECTING } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";
import { logIn, mailTo, PASSWORD, registerVerifiedUser, tokenMailedTo } from "../../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** A signed-in user with a password. */
async function withPassword(at = service, options = {}) {
  const { email } = await registerVerifiedUser(at);
  return { email, browser: await signedInPageBrowser(at, email, options) };
}

/** A user with an account at every provider. */
async function newVisitor(more: Parameters<typeof socialUser>[0] = {}) {
  const user = socialUser(more);
  await providers.setUser(user);
  return user;
}

/** A user who has signed in at GitHub and has no password. */
async function withoutPassword() {
  const user = await newVisitor();
  const browser = openPageBrowser(service);
  const redirect = await browser.send("GET", "/api/auth/social/github/start");
  await browser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
  return { user, browser };
}

const linkedTo = async (email: string) =>
  env.DB.prepare(
    "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
  )
    .bind(email)
    .first<number>("n");
const linkTransactions = () =>
  env.DB.prepare("SELECT count(*) AS n FROM oauth_transactions WHERE session_id IS NOT NULL").first<number>(
    "n",
  );

describe("linking a provider on /account/linked", () => {
  it.each(REDIRECTING)(
    "links an identity of %s with any address, notifies the owner and signs in with it",
    async (id) => {
      const { email, browser } = await withPassword();
      const user = await newVisitor({ verified: id === "facebook" });
      const callback = await linkByPages(browser, id, user);
      expect([callback.status, callback.headers.get("Location")]).toEqual([302, "/account/linked"]);
      // The session does not change.
      expect(callback.headers.getSetCookie()).toEqual([]);
      expect((await mailTo(service, email))[0]?.subject).toMatch(/ now signs you in to Gatehouse$/);
      const otherBrowser = openPageBrowser(service);
      const redirect = await otherBrowser.send("GET", `/api/auth/social/${id}/start`);
      await otherBrowser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
      expect((await otherBrowser.visit("/account")).text).toContain(email);
    },
  );

  it("redirects to the provider by an interstitial page, since form-action forbids a redirect of the form", async () => {
    const { browser } = await withPassword();
    const page = await submitLink(browser, "github");
    expect(page.status).toBe(200);
    const url = interstitialUrl(page);
    expect(page.text).toContain(`href="${url.replaceAll("&", "&amp;")}"`);
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).not.toContain(new URL(url).origin);
    expect(page.headers.get("Cache-Control")).toBe("no-store");
    expect(page.headers.getSetCookie().join()).toMatch(/__Host-gh_social=[\w-]{43}; Max-Age=600/);
  });

  it("links a provider without a password field for an account without a password", async () => {
    const { user, browser } = await withoutPassword();
    expect((await browser.visit("/account/linked")).text).not.toContain('type="password"');
    const callback = await linkByPages(browser, "oidc", user, null);
    expect(callback.headers.get("Location")).toBe("/account/linked");
    expect(await linkedTo(user.email)).toBe(2);
  });

  it("links a provider in a session whose access cookie has expired", async () => {
    const { user, browser } = await withoutPassword();
    const page = await browser.visit("/account/linked");
    browser.jar.delete("__Host-gh_access");
    const answer = await browser.press(page, { provider: "oidc" }, "link");
    // The CSRF token is valid, since this is the same session.
    expect(answer.status).toBe(200);
    await browser.send("GET", await consent(interstitialUrl(answer), user));
    expect(await linkedTo(user.email)).toBe(2);
  });

  it("accepts a second callback for an identity that is already linked without a second notice", async () => {
    const { email, browser } = await withPassword();
    const user = await newVisitor();
    const paths = [await startLink(browser, "github", user), await startLink(browser, "github", user)];
    for (const path of paths) expect((await browser.send("GET", path)).status).toBe(302);
    expect(await linkedTo(email)).toBe(1);
    expect((await mailTo(service, email)).map(({ subject }) => subject)).toEqual([
      "GitHub now signs you in to Gatehouse",
    ]);
  });
});

describe("refused start of a link", () => {
  it.each([
    ["en", "The password is not correct.", "Please fill this in."],
    ["de", "Das Passwort ist nicht richtig.", "Bitte füllen Sie dieses Feld aus."],
  ])("shows a wrong or missing password beside its field (%s)", async (language, wrong, missing) => {
    const { email, browser } = await withPassword(service, { language });
    for (const [password, status, problem] of [
      ["not the password", 401, wrong],
      ["", 400, missing],
    ] as const) {
      const answer = await submitLink(browser, "github", password);
      expect(answer.status).toBe(status);
      expect(/id="password-problem">\s*([^<]*?)\s*</.exec(answer.text)?.[1]).toBe(problem);
      expect(answer.text).not.toContain("not the password");
    }
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses the right password during a lockout and stores no transaction", async () => {
    const { browser } = await withPassword();
    const before = await linkTransactions();
    const answers = await inParallel(12, () => submitLink(browser, "github", "wrong"));
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 2 });
    const locked = await submitLink(browser, "github");
    expect([locked.status, locked.headers.get("Retry-After")]).toEqual([429, "300"]);
    expect(await linkTransactions()).toBe(before);
  });

  it("signs in instead of linking at the start of a sign-in with link=true", async () => {
    const { email, browser } = await withPassword();
    const user = await newVisitor();
    const redirect = await browser.send(
      "GET",
      "/api/auth/social/github/start?link=true&returnTo=/account",
      undefined,
      {
        "Sec-Fetch-Site": "same-origin",
      },
    );
    await browser.send("GET", await consent(redirect.headers.get("Location") ?? "", user));
    expect((await browser.visit("/account")).text).toContain(user.email);
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses a link form without a CSRF token", async () => {
    const { browser } = await withPassword();
    const fields = { act: "link", provider: "github", password: PASSWORD };
    expect((await browser.post("/account/linked", fields)).status).toBe(403);
  });

  it("confirms a user without a password by a mailed code before a link, ten minutes after the sign-in", async () => {
    const { user, browser } = await withoutPassword();
    const page = await browser.visit("/account/linked");
    service.clock.advance(10 * 60_000);
    const answer = await browser.press(page, { provider: "oidc" }, "link");
    expect(answer.headers.get("Location")).toBe("/account/confirm");
    const code = await browser.submit(await browser.visit("/account/confirm"), {});
    const back = await browser.submit(code, { code: await mailedCodeTo(service, user.email) });
    expect(back.path).toBe("/account/linked");
    const leaving = await browser.press(back, { provider: "oidc" }, "link");
    expect(leaving.text).toContain("http-equiv");
    expect(await linkedTo(user.email)).toBe(1);
  });

  it("responds 404 for a link to a provider that is off", async () => {
    const { browser } = await withPassword();
    const page = await browser.visit("/account/linked");
    const answer = await browser.press(page, { provider: "apple", password: PASSWORD }, "link");
    expect(answer.status).toBe(404);
  });
});

describe("refused callback of a link", () => {
  const expectRefreshInvalid = async (browser: ReturnType<typeof openPageBrowser>, path: string) => {
    const answer = await browser.send("GET", path, undefined, { Accept: "application/json" });
    expectErrorResponse({ ...answer, body: JSON.parse(answer.text) }, 401, "refresh_invalid");
  };

  it("refuses the callback of a link in another browser or with an identity of another account", async () => {
    const taken = await newVisitor();
    await service.post("/social/github/token", { accessToken: await providers.tokenOf(taken) });
    const { email, browser } = await withPassword();
    const path = await startLink(browser, "github", taken);
    const otherBrowser = await openPageBrowser(service).send("GET", path);
    expect(otherBrowser.status).toBe(400);
    expect((await browser.send("GET", path)).status).toBe(409);
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses the callback of a link after the session has ended", async () => {
    const { email, browser } = await withPassword();
    const path = await startLink(browser, "github", await newVisitor());
    await service.post("/logout-all", undefined, (await logIn(service, email)).token);
    await expectRefreshInvalid(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses the callback of a link after the session has changed the password", async () => {
    const { email, browser } = await withPassword();
    const path = await startLink(browser, "github", await newVisitor());
    const page = await browser.visit("/account/password");
    const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
    expect((await browser.press(page, change)).status).toBe(303);
    await expectRefreshInvalid(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses the callback of a link after a password reset", async () => {
    const { email, browser } = await withPassword();
    const path = await startLink(browser, "github", await newVisitor());
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: "another quiet harbour" };
    await service.post("/reset-password", reset);
    await expectRefreshInvalid(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });
});
