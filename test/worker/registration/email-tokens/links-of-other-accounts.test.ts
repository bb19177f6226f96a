import { describe, expect, it } from "vitest";
import { requestRemoval, userWithFactor } from "../../../support/factor-removals.ts";
import { openPageBrowser, type PageResponse, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import {
  linkMailedTo,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
} from "../../../support/users.ts";

const service = startService();

const NEW_PASSWORD = "another quiet lighthouse 9";
const noticeOf = ({ text }: PageResponse) => /<p class="notice"[^>]*>([^<]*)/.exec(text)?.[1];

/** The browser of A opens a link that was mailed to B, and presses its button. */
async function openAsOther(link: string, fields: Record<string, string> = {}, language = "en") {
  const { email } = await registerVerifiedUser(service);
  const browser = openPageBrowser(service, { language });
  await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
  return { email, page: await browser.submit(await browser.visit(link), fields) };
}

/** B asks for another address. */
async function requestNewAddress(email: string): Promise<string> {
  const newEmail = newAddress();
  const browser = await signedInPageBrowser(service, email);
  await browser.submit(await browser.visit("/account/email"), { newEmail, password: PASSWORD });
  return newEmail;
}

describe("a mailed link that a user opens while another account is signed in", () => {
  it("names the confirmed address, and not the account of the session", async () => {
    const other = newAddress();
    await register(service, other);
    const { page } = await openAsOther(await linkMailedTo(service, other));
    expect(page.path).toBe("/account");
    expect(noticeOf(page)).toBe(
      `For ${other}, not for the account that you are signed in with here: Your email address is confirmed. You can sign in now.`,
    );
  });

  it("says so in German", async () => {
    const other = newAddress();
    await register(service, other);
    const { page } = await openAsOther(await linkMailedTo(service, other), {}, "de");
    expect(noticeOf(page)).toContain(`Für ${other}, nicht für das Konto`);
  });

  it("names the new address of the other account", async () => {
    const newEmail = await requestNewAddress((await registerVerifiedUser(service)).email);
    const { page } = await openAsOther(await linkMailedTo(service, newEmail));
    expect(noticeOf(page)).toContain(`For ${newEmail}, not for the account`);
  });

  it("names the address whose password was reset", async () => {
    const { email: other } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email: other });
    const { page } = await openAsOther(await linkMailedTo(service, other), { newPassword: NEW_PASSWORD });
    expect(noticeOf(page)).toContain(`For ${other}, not for the account`);
  });

  it("names the address whose factors stay", async () => {
    const { email: other, id } = await userWithFactor(service);
    await requestRemoval(service, id);
    const { page } = await openAsOther(await linkMailedTo(service, other));
    expect(noticeOf(page)).toContain(`For ${other}, not for the account`);
  });
});

describe("a mailed link of the account that is signed in, or without a session", () => {
  it("names no address when the account of the session opens it", async () => {
    const { email } = await registerVerifiedUser(service);
    const newEmail = await requestNewAddress(email);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.submit(await browser.visit(await linkMailedTo(service, newEmail)));
    expect(noticeOf(page)).toBe("Your new email address is confirmed.");
  });

  it("names no address on the sign-in page", async () => {
    const email = newAddress();
    await register(service, email);
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    expect([page.path, noticeOf(page)]).toEqual([
      "/sign-in",
      "Your email address is confirmed. You can sign in now.",
    ]);
  });
});
