import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openPages, signedInPages } from "../../../../support/pages.ts";
import { inParallel, statusCounts } from "../../../../support/parallel.ts";
import { expectRefusal } from "../../../../support/refusal.ts";
import { startService } from "../../../../support/service.ts";
import { consent } from "../../../../support/social/browser-flow.ts";
import { askToLink, linkByPages, onwardFrom, setOutToLink } from "../../../../support/social/link.ts";
import { openProviders, REDIRECTING } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";
import { logIn, mailTo, member, PASSWORD, tokenMailedTo } from "../../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Somebody with a password, on the pages. */
async function inside(of = service, options = {}) {
  const { email } = await member(of);
  return { email, browser: await signedInPages(of, email, options) };
}

/** Somebody whom all providers know as the same person. */
async function visitor(more: Parameters<typeof socialUser>[0] = {}) {
  const person = socialUser(more);
  await providers.be(person);
  return person;
}

/** Somebody who has signed in at GitHub, and has no password. */
async function withoutPassword() {
  const person = await visitor();
  const browser = openPages(service);
  const away = await browser.send("GET", "/api/auth/social/github/start");
  await browser.send("GET", await consent(away.headers.get("Location") ?? "", person));
  return { person, browser };
}

const linkedTo = async (email: string) =>
  env.DB.prepare(
    "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
  )
    .bind(email)
    .first<number>("n");
const openRounds = () =>
  env.DB.prepare("SELECT count(*) AS n FROM oauth_transactions WHERE session_id IS NOT NULL").first<number>(
    "n",
  );

describe("a provider that is linked on its page", () => {
  it.each(REDIRECTING)(
    "signs in from then on: %s, whatever its address, and its owner is told",
    async (id) => {
      const { email, browser } = await inside();
      const person = await visitor({ verified: id === "facebook" });
      const back = await linkByPages(browser, id, person);
      expect([back.status, back.headers.get("Location")]).toEqual([
        302,
        "http://gatehouse.test/account/linked",
      ]);
      // It goes on as it was.
      expect(back.headers.getSetCookie()).toEqual([]);
      expect((await mailTo(service, email))[0]?.subject).toMatch(/ now signs you in to Gatehouse$/);
      const other = openPages(service);
      const away = await other.send("GET", `/api/auth/social/${id}/start`);
      await other.send("GET", await consent(away.headers.get("Location") ?? "", person));
      expect((await other.visit("/account")).text).toContain(email);
    },
  );

  it("is gone to by a page that leads there by itself, and by a link, where a form's redirect would be stopped", async () => {
    const { browser } = await inside();
    const page = await askToLink(browser, "github");
    expect(page.status).toBe(200);
    const url = onwardFrom(page);
    expect(page.text).toContain(`href="${url.replaceAll("&", "&amp;")}"`);
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).not.toContain(new URL(url).origin);
    expect(page.headers.get("Cache-Control")).toBe("no-store");
    expect(page.headers.getSetCookie().join()).toMatch(/__Host-gh_social=[\w-]{43}; Max-Age=600/);
  });

  it("is asked for by the session alone where there is no password, and by no field", async () => {
    const { person, browser } = await withoutPassword();
    expect((await browser.visit("/account/linked")).text).not.toContain('type="password"');
    const back = await linkByPages(browser, "oidc", person, null);
    expect(back.headers.get("Location")).toBe("http://gatehouse.test/account/linked");
    expect(await linkedTo(person.email)).toBe(2);
  });

  it("is asked for by a session whose access cookie has just run out", async () => {
    const { person, browser } = await withoutPassword();
    const page = await browser.visit("/account/linked");
    browser.jar.delete("__Host-gh_access");
    const answer = await browser.press(page, { provider: "oidc" }, "link");
    // Another session's form token is as good as none, and this is the same session.
    expect(answer.status).toBe(200);
    await browser.send("GET", await consent(onwardFrom(answer), person));
    expect(await linkedTo(person.email)).toBe(2);
  });

  it("is what it was when it is linked already", async () => {
    const { email, browser } = await inside();
    const person = await visitor();
    const paths = [
      await setOutToLink(browser, "github", person),
      await setOutToLink(browser, "github", person),
    ];
    for (const path of paths) expect((await browser.send("GET", path)).status).toBe(302);
    expect(await linkedTo(email)).toBe(1);
    expect(await mailTo(service, email)).toHaveLength(2);
  });
});

describe("a link is not even set out for", () => {
  it.each([
    ["en", "The password is not correct.", "Please fill this in."],
    ["de", "Das Passwort ist nicht richtig.", "Bitte füllen Sie dieses Feld aus."],
  ])("without the password, which is said beside its field (%s)", async (language, wrong, missing) => {
    const { email, browser } = await inside(service, { language });
    for (const [password, status, problem] of [
      ["not the password", 401, wrong],
      ["", 400, missing],
    ] as const) {
      const answer = await askToLink(browser, "github", password);
      expect(answer.status).toBe(status);
      expect(/id="password-problem">\s*([^<]*?)\s*</.exec(answer.text)?.[1]).toBe(problem);
      expect(answer.text).not.toContain("not the password");
    }
    expect(await linkedTo(email)).toBe(0);
  });

  it("under a lock of too many guesses, with the right password", async () => {
    const { browser } = await inside();
    const before = await openRounds();
    const answers = await inParallel(12, () => askToLink(browser, "github", "wrong"));
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 2 });
    const locked = await askToLink(browser, "github");
    expect([locked.status, locked.headers.get("Retry-After")]).toEqual([429, "300"]);
    expect(await openRounds()).toBe(before);
  });

  it("by the start of a sign-in, whatever it asks: it signs in", async () => {
    const { email, browser } = await inside();
    const person = await visitor();
    const away = await browser.send(
      "GET",
      "/api/auth/social/github/start?link=true&returnTo=/account",
      undefined,
      {
        "Sec-Fetch-Site": "same-origin",
      },
    );
    await browser.send("GET", await consent(away.headers.get("Location") ?? "", person));
    expect((await browser.visit("/account")).text).toContain(person.email);
    expect(await linkedTo(email)).toBe(0);
  });

  it("by a form that this page did not make", async () => {
    const { browser } = await inside();
    const fields = { act: "link", provider: "github", password: PASSWORD };
    expect((await browser.post("/account/linked", fields)).status).toBe(403);
  });

  it("where there is no password, by a spent refresh cookie or none", async () => {
    const { person, browser } = await withoutPassword();
    const page = await browser.visit("/account/linked");
    const spent = browser.jar.get("__Host-gh_refresh") ?? "";
    browser.jar.delete("__Host-gh_access");
    await browser.visit("/account");
    const thief = openPages(service);
    for (const token of [spent, `${spent}x`, null]) {
      for (const [name, value] of browser.jar) thief.jar.set(name, value);
      if (token === null) thief.jar.delete("__Host-gh_refresh");
      else thief.jar.set("__Host-gh_refresh", token);
      const answer = await thief.press(page, { provider: "oidc" }, "link");
      expect([400, 401]).toContain(answer.status);
      expect(answer.text).not.toContain("http-equiv");
    }
    expect(await linkedTo(person.email)).toBe(1);
  });

  it("to a provider that is off, or does not answer", async () => {
    const { browser } = await inside();
    const page = await browser.visit("/account/linked");
    const answer = await browser.press(page, { provider: "apple", password: PASSWORD }, "link");
    expect(answer.status).toBe(404);
  });
});

describe("a link that was set out for comes to nothing", () => {
  const refused = async (browser: ReturnType<typeof openPages>, path: string) => {
    const answer = await browser.send("GET", path, undefined, { Accept: "application/json" });
    expectRefusal({ ...answer, body: JSON.parse(answer.text) }, 401, "refresh_invalid");
  };

  it("in another browser, or with the identity of somebody else", async () => {
    const taken = await visitor();
    await service.post("/social/github/token", { accessToken: await providers.tokenOf(taken) });
    const { email, browser } = await inside();
    const path = await setOutToLink(browser, "github", taken);
    const elsewhere = await openPages(service).send("GET", path);
    expect(elsewhere.status).toBe(400);
    expect((await browser.send("GET", path)).status).toBe(409);
    expect(await linkedTo(email)).toBe(0);
  });

  it("when the session has ended at the provider", async () => {
    const { email, browser } = await inside();
    const path = await setOutToLink(browser, "github", await visitor());
    await service.post("/logout-all", undefined, (await logIn(service, email)).token);
    await refused(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });

  it("when the password has been changed since, in that very session", async () => {
    const { email, browser } = await inside();
    const path = await setOutToLink(browser, "github", await visitor());
    const page = await browser.visit("/account/password");
    const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
    expect((await browser.press(page, change)).status).toBe(303);
    await refused(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });

  it("when the password has been reset since", async () => {
    const { email, browser } = await inside();
    const path = await setOutToLink(browser, "github", await visitor());
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: "another quiet harbour" };
    await service.post("/reset-password", reset);
    await refused(browser, path);
    expect(await linkedTo(email)).toBe(0);
  });
});
