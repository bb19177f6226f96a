import { describe, expect, it } from "vitest";
import { ascii, tinyPng } from "../../../support/image-parts.ts";
import { newPhoneNumber } from "../../../support/one-time-codes.ts";
import { headingOf, signedInPageBrowser } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import {
  linkMailedTo,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
} from "../../../support/users.ts";

const service = startService();
const NEW_PASSWORD = "another quiet harbour";

async function signedInUser(own = service) {
  const { email } = await registerVerifiedUser(own);
  return { email, browser: await signedInPageBrowser(own, email) };
}

const profileOf = async (email: string, password = PASSWORD) =>
  (await service.get("/me", (await logIn(service, email, password)).token)).body.data;

describe("the account pages without scripts", () => {
  it("shows the account overview with links to every account page", async () => {
    const { email, browser } = await signedInUser();
    const page = await browser.visit("/account");
    expect([page.status, headingOf(page)]).toEqual([200, "Your account"]);
    expect(page.text).toContain(email);
    const links = [...page.text.matchAll(/<a class="row" href="([^"]+)"/g)].map(([, href = ""]) => href);
    expect(new Set(links)).toEqual(
      new Set(
        [
          "profile",
          "apps",
          "picture",
          "email",
          "password",
          "passkeys",
          "two-step",
          "phone",
          "sessions",
          "devices",
          "keys",
          "deletion",
          "export",
          "deactivate",
        ].map((name) => `/account/${name}`),
      ),
    );
    for (const link of links) expect((await browser.visit(link)).path).toBe(link);
  });

  it("shows the full name and the age of the profile", async () => {
    const { browser } = await signedInUser();
    const fields = { name: "Grace", lastName: "Hopper", age: "36" };
    const { text } = await browser.submit(await browser.visit("/account/profile"), fields);
    const rows = [...text.matchAll(/<a class="row".*?<\/a>/gs)].map(([row]) => row.replace(/<[^>]+>/g, " "));
    expect(rows.filter((row) => /Name +Grace Hopper|Age +36/.test(row))).toHaveLength(2);
  });

  it("changes the profile, clears blank fields and shows field errors with the submitted values", async () => {
    const { email, browser } = await signedInUser();
    const fields = {
      name: "Grace",
      lastName: "Hopper",
      username: `g.${crypto.randomUUID().slice(0, 8)}`,
      age: "36",
    };
    const done = await browser.submit(await browser.visit("/account/profile"), fields);
    expect([done.path, done.text.includes("Saved.")]).toEqual(["/account", true]);
    expect(await profileOf(email)).toMatchObject({ ...fields, age: 36 });
    const page = await browser.visit("/account/profile");
    expect(page.text).toContain('value="Hopper"');
    await browser.submit(page, { ...fields, lastName: "", age: "" });
    expect(await profileOf(email)).toMatchObject({ name: "Grace", lastName: null, age: null });
    const again = await browser.press(page, { ...fields, name: " ", age: "1e9", username: "!" });
    expect(again.status).toBe(400);
    expect(again.text.match(/class="problem"/g)).toHaveLength(3);
    // The form keeps the submitted values.
    expect(again.text).toContain('value="1e9"');
    const other = await signedInUser();
    const taken = await other.browser.press(await other.browser.visit("/account/profile"), fields);
    expect([taken.status, taken.text.includes("This username is taken.")]).toEqual([409, true]);
  });

  it("sets a picture, refuses invalid uploads and removes the picture", async () => {
    const { email, browser } = await signedInUser();
    const page = await browser.visit("/account/picture");
    const upload = (bytes: Uint8Array<ArrayBuffer>, type: string) =>
      browser.press(page, { image: new File([bytes], "me.png", { type }) });
    expect((await upload(tinyPng, "image/png")).headers.get("Location")).toBe("/account");
    const { avatarUrl } = await profileOf(email);
    expect(avatarUrl).toMatch(/\/avatars\/[\w-]{43}\.png$/);
    const shown = await browser.visit("/account/picture");
    expect(shown.text).toContain(`src="${new URL(avatarUrl).pathname}"`);
    for (const [bytes, type, status, words] of [
      [ascii("<svg>"), "image/svg+xml", 400, "PNG, JPEG or WebP"],
      [tinyPng, "image/jpeg", 400, "does not match its type"],
      [tinyPng.slice(0, 40), "image/png", 400, "damaged"],
      [new Uint8Array(0), "image/png", 400, "fill this in"],
      [new Uint8Array(2 * 1024 * 1024 + 1), "image/png", 413, "under 2 MB"],
      [new Uint8Array(3 * 1024 * 1024), "image/png", 400, "under 2 MB"],
    ] as const) {
      const answer = await upload(bytes, type);
      expect([answer.status, answer.text.includes(words)], words).toEqual([status, true]);
    }
    expect((await profileOf(email)).avatarUrl).toBe(avatarUrl);
    await browser.submit(shown, {}, "remove");
    expect((await profileOf(email)).avatarUrl).toBeNull();
  });

  it("changes the password after checking the current one and ends the other sessions", async () => {
    const { email, browser } = await signedInUser();
    const other = await signedInPageBrowser(service, email);
    const page = await browser.visit("/account/password");
    const wrong = await browser.press(page, { currentPassword: "not it at all", newPassword: NEW_PASSWORD });
    expect([wrong.status, wrong.text.includes("The password is not correct.")]).toEqual([401, true]);
    const common = await browser.press(page, { currentPassword: PASSWORD, newPassword: "password1" });
    expect([common.status, common.text.includes("most common")]).toEqual([400, true]);
    for (const answer of [wrong, common]) expect(answer.text).not.toContain(NEW_PASSWORD);
    const done = await browser.submit(page, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect([done.path, done.text.includes("your other sessions have ended")]).toEqual(["/account", true]);
    expect((await other.visit("/account")).path).toBe("/sign-in?returnTo=%2Faccount");
    await logIn(service, email, NEW_PASSWORD);
  });

  it("changes the address with the link mailed to the new address", async () => {
    const { email, browser } = await signedInUser();
    const newEmail = newAddress();
    const page = await browser.visit("/account/email");
    const wrong = await browser.press(page, { newEmail, password: "not it at all" });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain(`value="${newEmail}"`);
    await browser.submit(page, { newEmail, password: PASSWORD });
    expect((await mailTo(service, email))[0]?.subject).toContain("email address");
    const link = await linkMailedTo(service, newEmail);
    const confirmation = await browser.visit(link);
    expect(confirmation.text).toContain(`Confirm that ${newEmail} is your address.`);
    const done = await browser.submit(confirmation);
    expect([done.path, done.text.includes(newEmail)]).toEqual(["/account", true]);
  });

  it("verifies a phone number with its code and removes it", async () => {
    const { email, browser } = await signedInUser();
    const phone = newPhoneNumber();
    const invalid = await browser.press(await browser.visit("/account/phone"), { phone: "0170" });
    expect([invalid.status, invalid.text.includes("country code")]).toEqual([400, true]);
    const page = await browser.submit(await browser.visit("/account/phone"), { phone });
    expect(page.path).toBe("/account/phone/code");
    const [code = ""] = /\d{6}/.exec((await mailTo(service, phone))[0]?.text ?? "") ?? [];
    const wrong = await browser.press(page, { code: code === "123456" ? "123457" : "123456" });
    expect(wrong.status).toBe(400);
    const done = await browser.submit(page, { code });
    expect(done.text).toContain("Your phone number is confirmed.");
    expect(await profileOf(email)).toMatchObject({ phone, isPhoneVerified: true });
    expect((await browser.visit("/account/phone/code")).path).toBe("/account/phone");
    await browser.submit(await browser.visit("/account/phone"), {}, "remove");
    expect((await profileOf(email)).phone).toBeNull();
  });

  it("texts a new code to the same number after a minute", async () => {
    const slow = startService({ clock: createTestClock() });
    const { browser } = await signedInUser(slow);
    const phone = newPhoneNumber();
    const page = await browser.submit(await browser.visit("/account/phone"), { phone });
    expect(page.text).toContain('data-wait="60"');
    slow.clock.advance(61_000);
    const again = await browser.submit(page, {}, "resend");
    expect([again.path, again.text.includes("The earlier one is no longer valid.")]).toEqual([
      "/account/phone/code",
      true,
    ]);
    const [latest, first] = (await mailTo(slow, phone)).map(({ text }) => /\d{6}/.exec(text)?.[0] ?? "");
    expect((await browser.press(again, { code: first ?? "" })).status).toBe(400);
    const done = await browser.submit(again, { code: latest ?? "" });
    expect(done.text).toContain("Your phone number is confirmed.");
  });

  it("lists the sessions, ends one and ends all others", async () => {
    const { email, browser } = await signedInUser();
    const others = [await signedInPageBrowser(service, email), await signedInPageBrowser(service, email)];
    const page = await browser.visit("/account/sessions");
    expect(page.text.match(/This device/g)).toHaveLength(1);
    const ends = [...page.text.matchAll(/name="id" value="([^"]+)"/g)].map(([, id = ""]) => id);
    expect(ends).toHaveLength(2);
    await browser.submit(page, { id: ends[0] ?? "" }, "end");
    const ended = await Promise.all(others.map(async (other) => (await other.visit("/account")).path));
    expect(ended.filter((path) => path !== "/account")).toHaveLength(1);
    others.push(await signedInPageBrowser(service, email));
    await browser.submit(await browser.visit("/account/sessions"), {}, "others");
    for (const other of others) expect((await other.visit("/account")).path).not.toBe("/account");
    expect((await browser.visit("/account/sessions")).path).toBe("/account/sessions");
  });

  it("does not end a session of another user", async () => {
    const { browser } = await signedInUser();
    const victim = await signedInUser();
    const { text } = await victim.browser.visit("/account/sessions");
    const other = await signedInPageBrowser(service, victim.email);
    const [, id = ""] = /name="id" value="([^"]+)"/.exec((await other.visit("/account/sessions")).text) ?? [];
    expect(text).toContain("This device");
    const { email } = await registerVerifiedUser(service);
    const attacker = await signedInPageBrowser(service, email);
    await signedInPageBrowser(service, email);
    await attacker.submit(await attacker.visit("/account/sessions"), { id }, "end");
    expect((await victim.browser.visit("/account")).path).toBe("/account");
    expect((await browser.visit("/account")).path).toBe("/account");
  });

  it("deactivates the account and redirects its other sessions to sign-in", async () => {
    const { browser, email } = await signedInUser();
    const other = await signedInPageBrowser(service, email);
    const page = await browser.visit("/account/deactivate");
    expect((await browser.press(page, { password: "not it at all" })).status).toBe(401);
    const done = await browser.submit(page, { password: PASSWORD });
    expect([done.path, done.text.includes("Your account is deactivated.")]).toEqual(["/sign-in", true]);
    expect((await other.visit("/account/profile")).path).toBe("/sign-in?returnTo=%2Faccount%2Fprofile");
    expect([...other.jar.keys()].filter((name) => /access|refresh/.test(name))).toEqual([]);
    const again = await other.press(await other.visit("/sign-in"), { email, password: PASSWORD });
    expect([again.status, again.text.includes("has been deactivated")]).toEqual([403, true]);
  });
});
