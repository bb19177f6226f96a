import { describe, expect, it } from "vitest";
import { continuedUrl } from "../../../support/authorization-requests.ts";
import { codeIn, newApp, pageFor } from "../../../support/client-app.ts";
import { headingOf, linkOn, openPageBrowser } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import {
  linkMailedTo,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
} from "../../../support/users.ts";

const service = startService({ clock: createTestClock() });
const UNKNOWN_TOKEN = "x".repeat(43);

describe("pages for expired, used and unknown email tokens", () => {
  it("resends an expired verification link and keeps the return target", async () => {
    const browser = openPageBrowser(service);
    const email = newAddress();
    await browser.submit(await browser.visit(pageFor(await newApp(service), "/sign-up")), {
      name: "Ada",
      email,
      password: PASSWORD,
    });
    const first = await linkMailedTo(service, email);
    service.clock.advance(25 * 60 * 60_000);
    const expired = await browser.visit(first);
    expect([expired.status, headingOf(expired)]).toEqual([400, "This link is no longer valid"]);
    const sent = await browser.submit(expired, { email });
    expect(sent.path).toMatch(/^\/sign-up\/check-your-mail\?returnTo=/);
    expect(sent.text).toContain("we have sent a new link");
    expect(sent.text).not.toContain("We have sent");
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    const back = await browser.submit(verified, { email, password: PASSWORD });
    expect(codeIn(await browser.visit(continuedUrl(back)))).toMatch(/^[\w-]{43}$/);
  });

  it("links from an expired reset token to the forgot-password page and mentions the inviter", async () => {
    for (const [language, words, invited] of [
      ["en", "Request a new link", "the person who invited you"],
      ["de", "Neuen Link anfordern", "die Sie eingeladen hat"],
    ] as const) {
      const { email } = await registerAndVerify(service);
      await service.post("/forgot-password", { email });
      const link = await linkMailedTo(service, email);
      service.clock.advance(31 * 60_000);
      const browser = openPageBrowser(service, { language });
      const expired = await browser.visit(link);
      expect(expired.status).toBe(400);
      expect(expired.text).toContain(words);
      expect(expired.text).toContain(invited);
      const sent = await browser.submit(await browser.visit(linkOn(expired, "/forgot-password")), { email });
      expect(sent.status).toBe(200);
      expect(await linkMailedTo(service, email)).not.toBe(link);
    }
  });

  it("links from a used verification token to the sign-in page", async () => {
    const { email } = await register(service);
    const link = await linkMailedTo(service, email);
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit(link));
    const again = await browser.visit(link);
    expect(again.text).toContain("Confirmed already?");
    expect(linkOn(again, "/sign-in")).toBe("/sign-in");
  });

  it("links from an invalid token to the email change page", async () => {
    const expired = await openPageBrowser(service).visit(`/verify-email?token=${UNKNOWN_TOKEN}`);
    expect(linkOn(expired, "/account/email")).toBe("/account/email");
  });

  it("shows the expired page when the form is submitted after the token expired", async () => {
    const { email } = await register(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(await linkMailedTo(service, email));
    service.clock.advance(25 * 60 * 60_000);
    const late = await browser.submit(page);
    expect([late.status, headingOf(late)]).toEqual([400, "This link is no longer valid"]);
    expect((await browser.submit(late, { email })).status).toBe(200);
  });

  it("does not reveal whether a token or an address exists", async () => {
    const { email } = await register(service);
    const link = await linkMailedTo(service, email);
    service.clock.advance(25 * 60 * 60_000);
    const unknown = `/verify-email?token=${UNKNOWN_TOKEN}`;
    const [expired, unissued] = await Promise.all(
      [link, unknown].map((path) => openPageBrowser(service).visit(path)),
    );
    const plain = (text = "") => text.replaceAll(/[\w-]{43}|\d{10,}/g, "").replaceAll(/token=[^"]*/g, "");
    expect(plain(expired?.text)).toBe(plain(unissued?.text));
    const unknownAddress = newAddress();
    for (const address of [email, unknownAddress]) {
      const browser = openPageBrowser(service);
      const sent = await browser.submit(await browser.visit(unknown), { email: address });
      expect([sent.status, sent.path]).toEqual([200, "/sign-up/check-your-mail"]);
    }
    expect(await mailTo(service, unknownAddress)).toEqual([]);
  });
});
