import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { MINUTE } from "../../support/outbox.ts";
import { openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { linkMailedTo, mailTo, newAddress, PASSWORD, register, tokenMailedTo } from "../../support/users.ts";

const service = startService();
const ATTACKER_PASSWORD = "the attacker's own words";

const logIn = (email: string, password: string) => service.post("/login", { email, password });

/** Two registrations of one address, a minute apart. */
async function registerTwice(first: string, second: string) {
  const email = newAddress();
  await register(service, email, { password: first, name: "Mallory", lastName: "First" });
  const firstToken = await tokenMailedTo(service, email);
  service.clock.advance(MINUTE);
  await register(service, email, { password: second, name: "Ada" });
  return { email, firstToken, secondToken: await tokenMailedTo(service, email) };
}

describe("two registrations of one address", () => {
  describe("succeeds", () => {
    it("verifies a contested address with the newest link and mails a link to choose a password", async () => {
      const { email, firstToken, secondToken } = await registerTwice(ATTACKER_PASSWORD, PASSWORD);
      expectErrorResponse(await service.post("/verify-email", { token: firstToken }), 400, "token_invalid");
      expect((await service.post("/verify-email", { token: secondToken })).status).toBe(200);
      const newPassword = "a newer lighthouse 8";
      const choiceToken = await tokenMailedTo(service, email);
      expect(choiceToken).not.toBe(secondToken);
      expect((await service.post("/reset-password", { token: choiceToken, newPassword })).status).toBe(200);
      const { body } = await logIn(email, newPassword);
      // The account keeps the data of neither registration; its name is the local part of the address.
      const me = (await service.get("/me", body.data.token)).body.data;
      expect([me.name, me.lastName, me.username]).toEqual([email.split("@")[0], null, null]);
    });

    it("says that a link to choose a password was mailed, and says it only then", async () => {
      const contested = await registerTwice(ATTACKER_PASSWORD, PASSWORD);
      const same = await registerTwice(PASSWORD, PASSWORD);
      for (const [{ email, secondToken }, message, subject] of [
        [contested, "Email verified successfully! We have mailed you a link to choose a password.", /Choose/],
        [same, "Email verified successfully! You can now log in.", /Confirm/],
      ] as const) {
        const { status, body } = await service.post("/verify-email", { token: secondToken });
        expect([status, body.message]).toEqual([200, message]);
        expect((await mailTo(service, email))[0]?.subject).toMatch(subject);
      }
    });

    it.each([
      ["en", "Now choose a password: we have sent you another email with a link.", "You can sign in now."],
      [
        "de",
        "Wir haben Ihnen eine weitere E-Mail mit einem Link gesendet.",
        "Sie können sich jetzt anmelden.",
      ],
    ])("shows on the page (%s) whether a password must be chosen", async (language, choose, signIn) => {
      for (const [passwords, shown, missing] of [
        [[ATTACKER_PASSWORD, PASSWORD], choose, signIn],
        [[PASSWORD, PASSWORD], signIn, choose],
      ] as const) {
        const { email } = await registerTwice(passwords[0], passwords[1]);
        const browser = openPageBrowser(service, { language });
        const page = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
        expect(page.path).toBe("/sign-in");
        expect(page.text).toContain(shown);
        expect(page.text).not.toContain(missing);
      }
    });

    it("keeps the password and the first profile when both registrations give the same password", async () => {
      const { email, secondToken } = await registerTwice(PASSWORD, PASSWORD);
      await service.post("/verify-email", { token: secondToken });
      const { status, body } = await logIn(email, PASSWORD);
      expect([status, body.data.user.name]).toEqual([200, "Mallory"]);
      // No mail asks for a new password.
      expect((await mailTo(service, email))[0]?.subject).not.toMatch(/Choose/);
    });
  });

  describe("refuses", () => {
    it("refuses both passwords of a contested registration after a resent link is used", async () => {
      const { email } = await registerTwice(ATTACKER_PASSWORD, PASSWORD);
      service.clock.advance(MINUTE);
      await service.post("/verify-email/resend", { email });
      const token = await tokenMailedTo(service, email);
      expect((await service.post("/verify-email", { token })).status).toBe(200);
      for (const password of [ATTACKER_PASSWORD, PASSWORD]) {
        expectErrorResponse(await logIn(email, password), 401, "invalid_credentials");
      }
    });

    it("does not replace the password of an invited admin, and mails a notice instead", async () => {
      const email = newAddress();
      await register(service, email);
      await env.DB.prepare("UPDATE accounts SET role = 'admin', password_hash = NULL WHERE email = ?")
        .bind(email)
        .run();
      service.clock.advance(MINUTE);
      const before = await mailTo(service, email);
      await register(service, email, { password: ATTACKER_PASSWORD });
      const [newest, ...others] = await mailTo(service, email);
      expect(others).toHaveLength(before.length);
      expect(newest?.subject).toMatch(/already have an account/);
    });
  });
});
