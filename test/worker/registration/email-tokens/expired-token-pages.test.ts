import { describe, expect, it } from "vitest";
import { APP_ORIGIN, codeIn, fromApp } from "../../../support/app-pages.ts";
import { linkOn, openPages, titleOf } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { APP } from "../../../support/social/providers.ts";
import { linkMailedTo, mailTo, member, newAddress, PASSWORD, register } from "../../../support/users.ts";

const service = startService({ env: { ALLOWED_RETURN_URLS: APP }, clock: createTestClock() });
const NEVER_GOOD = "x".repeat(43);

describe("a dead link", () => {
  it("of a new address sends another one, and leads on to where it was to lead", async () => {
    const browser = openPages(service);
    const email = newAddress();
    await browser.submit(await browser.visit(fromApp("/sign-up")), {
      name: "Ada",
      email,
      password: PASSWORD,
    });
    const first = await linkMailedTo(service, email);
    service.clock.advance(25 * 60 * 60_000);
    const dead = await browser.visit(first);
    expect([dead.status, titleOf(dead)]).toEqual([400, "This link does not work any more"]);
    const sent = await browser.submit(dead, { email });
    expect(sent.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    expect(sent.text).toContain("a new link is on its way");
    expect(sent.text).not.toContain("We have sent");
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    const back = await browser.submit(verified, { email, password: PASSWORD });
    expect(codeIn(back)).toMatch(/^[\w-]{43}$/);
    expect(back.headers.get("Location")?.startsWith(APP_ORIGIN)).toBe(true);
  });

  it("of a new password leads to where another one is asked for; an invitation to whoever sent it", async () => {
    for (const [language, words, invited] of [
      ["en", "Ask for a new link", "whoever invited you"],
      ["de", "Neuen Link anfordern", "die Sie eingeladen hat"],
    ] as const) {
      const { email } = await member(service);
      await service.post("/forgot-password", { email });
      const link = await linkMailedTo(service, email);
      service.clock.advance(31 * 60_000);
      const browser = openPages(service, { language });
      const dead = await browser.visit(link);
      expect(dead.status).toBe(400);
      expect(dead.text).toContain(words);
      expect(dead.text).toContain(invited);
      const sent = await browser.submit(await browser.visit(linkOn(dead, "/forgot-password")), { email });
      expect(sent.status).toBe(200);
      expect(await linkMailedTo(service, email)).not.toBe(link);
    }
  });

  it("that was used already leads to where one signs in", async () => {
    const { email } = await register(service);
    const link = await linkMailedTo(service, email);
    const browser = openPages(service);
    await browser.submit(await browser.visit(link));
    const again = await browser.visit(link);
    expect(again.text).toContain("Confirmed already?");
    expect(linkOn(again, "/sign-in")).toBe("/sign-in");
  });

  it("of a change of address leads to where it was asked for", async () => {
    const dead = await openPages(service).visit(`/verify-email?token=${NEVER_GOOD}`);
    expect(linkOn(dead, "/account/email")).toBe("/account/email");
  });

  it("that was pressed too late says the same", async () => {
    const { email } = await register(service);
    const browser = openPages(service);
    const page = await browser.visit(await linkMailedTo(service, email));
    service.clock.advance(25 * 60 * 60_000);
    const late = await browser.submit(page);
    expect([late.status, titleOf(late)]).toEqual([400, "This link does not work any more"]);
    expect((await browser.submit(late, { email })).status).toBe(200);
  });

  it("tells nobody whether there was such a link, or is such an address", async () => {
    const { email } = await register(service);
    const link = await linkMailedTo(service, email);
    service.clock.advance(25 * 60 * 60_000);
    const never = `/verify-email?token=${NEVER_GOOD}`;
    const [old, made] = await Promise.all([link, never].map((path) => openPages(service).visit(path)));
    const plain = (text = "") => text.replaceAll(/[\w-]{43}|\d{10,}/g, "").replaceAll(/token=[^"]*/g, "");
    expect(plain(old?.text)).toBe(plain(made?.text));
    const stranger = newAddress();
    for (const address of [email, stranger]) {
      const browser = openPages(service);
      const sent = await browser.submit(await browser.visit(never), { email: address });
      expect([sent.status, sent.path]).toEqual([200, "/sign-up/check-your-mail"]);
    }
    expect(await mailTo(service, stranger)).toEqual([]);
  });
});
