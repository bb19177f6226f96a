import { describe, expect, it } from "vitest";
import { linkOn, openPages, titleOf } from "../../../../support/pages.ts";
import { codeMailedTo } from "../../../../support/second-factor.ts";
import { startService } from "../../../../support/service.ts";
import { consent, FROM_OWN_PAGE } from "../../../../support/social/browser-flow.ts";
import { linkByPages } from "../../../../support/social/link.ts";
import { APP, openProviders } from "../../../../support/social/providers.ts";
import { socialUser } from "../../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

/** From a page's link to the provider and back, as far as it leads. */
async function goThrough(browser: ReturnType<typeof openPages>, link: string, person = socialUser()) {
  const away = await browser.send("GET", link, undefined, FROM_OWN_PAGE);
  expect(away.status).toBe(302);
  const back = await browser.send("GET", await consent(away.headers.get("Location") ?? "", person));
  return { person, landed: await browser.visit(back.headers.get("Location") ?? "") };
}

const startOn = (page: { text: string }, provider: string) =>
  linkOn(page, `/api/auth/social/${provider}/start`);

describe("sign-in at a provider, on the pages", () => {
  it("goes from the sign-in page to the account, in whichever language", async () => {
    const browser = openPages(service, { language: "de" });
    const page = await browser.visit("/sign-in?returnTo=/account/profile");
    expect(page.text).toContain("Weiter mit Google");
    const { person, landed } = await goThrough(browser, startOn(page, "google"));
    expect(landed.path).toMatch(/\/account\/profile$/);
    expect((await browser.visit("/account")).text).toContain(person.email);
  });

  it("asks for the mailed code where one is due, with nothing of it in the address, and goes on", async () => {
    const browser = openPages(always);
    const page = await browser.visit("/sign-in?returnTo=/account/profile");
    const { person, landed } = await goThrough(browser, startOn(page, "google"));
    expect(landed.path).toMatch(/^\/sign-in\/code\?returnTo=/);
    expect(landed.path).not.toContain("challengeId");
    const code = await codeMailedTo(always, person.email);
    const inside = await browser.submit(landed, { code });
    expect(inside.path).toMatch(/\/account\/profile$/);
  });

  it("shows what is linked, links another one, and keeps the last way in", async () => {
    const browser = openPages(service);
    const { person } = await goThrough(browser, startOn(await browser.visit("/sign-in"), "google"));
    const linked = await browser.visit("/account/linked");
    expect(titleOf(linked)).toBe("Linked providers");
    expect(linked.text).toContain("Google");
    const kept = await browser.press(linked, { provider: "google" }, "remove");
    expect(kept.status).toBe(409);
    expect(kept.text).toContain("only way");
    const back = await linkByPages(browser, "oidc", socialUser({ email: person.email }), null);
    const more = await browser.visit(back.headers.get("Location") ?? "");
    expect(more.path).toMatch(/\/account\/linked$/);
    const removed = await browser.submit(more, { provider: "google" }, "remove");
    expect(removed.text).toContain("Link Google");
    const gone = await browser.press(removed, { provider: "google" }, "remove");
    expect(gone.status).toBe(303);
  });

  it("leads to the account where nothing else is asked for, and a second step to its code", async () => {
    const { landed } = await goThrough(openPages(service), "/api/auth/social/google/start");
    expect(landed.path).toMatch(/\/account$/);
    const due = await goThrough(openPages(always), "/api/auth/social/google/start");
    expect(due.landed.path).toMatch(/^\/sign-in\/code/);
  });

  it("comes back to the page, and not to the app that sent somebody there, which gets no code", async () => {
    const to = `/sign-in?returnTo=${encodeURIComponent(APP)}`;
    for (const [of, path] of [
      [service, APP],
      [always, `/sign-in/code?returnTo=${encodeURIComponent(APP)}`],
    ] as const) {
      const browser = openPages(of);
      const { landed } = await goThrough(browser, startOn(await browser.visit(to), "google"));
      expect(landed.headers.get("Location") ?? landed.path).toBe(path);
    }
  });

  it("offers none where none is on", async () => {
    const page = await openPages(startService()).visit("/sign-in");
    expect(page.text).not.toContain("/api/auth/social/");
  });
});
