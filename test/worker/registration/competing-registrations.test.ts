import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../support/outbox.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";
import { mailTo, newAddress, PASSWORD, register, tokenMailedTo } from "../../support/users.ts";

const service = startService();
const STRANGERS = "the stranger's own words";

const logIn = (email: string, password: string) => service.post("/login", { email, password });

/** Two registrations of one address, a minute apart. */
async function twoClaims(first: string, second: string) {
  const email = newAddress();
  await register(service, email, { password: first, name: "Mallory", lastName: "First" });
  const firstToken = await tokenMailedTo(service, email);
  service.clock.advance(MINUTE);
  await register(service, email, { password: second, name: "Ada" });
  return { email, firstToken, secondToken: await tokenMailedTo(service, email) };
}

describe("an address that two people register", () => {
  describe("succeeds", () => {
    it("for whoever has the mailbox: the newest link proves it, and brings another to choose a password", async () => {
      const { email, firstToken, secondToken } = await twoClaims(STRANGERS, PASSWORD);
      expectRefusal(await service.post("/verify-email", { token: firstToken }), 400, "token_invalid");
      expect((await service.post("/verify-email", { token: secondToken })).status).toBe(200);
      const newPassword = "a newer lighthouse 8";
      const choice = await tokenMailedTo(service, email);
      expect(choice).not.toBe(secondToken);
      expect((await service.post("/reset-password", { token: choice, newPassword })).status).toBe(200);
      const { body } = await logIn(email, newPassword);
      // Nothing of either is left, and what it is called says no more than the address.
      const me = (await service.get("/me", body.data.token)).body.data;
      expect([me.name, me.lastName, me.username]).toEqual([email.split("@")[0], null, null]);
    });

    it("for one who asked twice with one password: the second link is as good as the first was", async () => {
      const { email, secondToken } = await twoClaims(PASSWORD, PASSWORD);
      await service.post("/verify-email", { token: secondToken });
      const { status, body } = await logIn(email, PASSWORD);
      expect([status, body.data.user.name]).toEqual([200, "Mallory"]);
      // And nobody is asked to choose what they have.
      expect((await mailTo(service, email))[0]?.subject).not.toMatch(/Choose/);
    });
  });

  describe("refuses", () => {
    it("both passwords, whichever link was used, and one that was sent again", async () => {
      const { email } = await twoClaims(STRANGERS, PASSWORD);
      service.clock.advance(MINUTE);
      await service.post("/verify-email/resend", { email });
      const token = await tokenMailedTo(service, email);
      expect((await service.post("/verify-email", { token })).status).toBe(200);
      for (const password of [STRANGERS, PASSWORD]) {
        expectRefusal(await logIn(email, password), 401, "invalid_credentials");
      }
    });

    it("a stranger's password for somebody who was invited as an admin", async () => {
      const email = newAddress();
      await register(service, email);
      await env.DB.prepare("UPDATE accounts SET role = 'admin', password_hash = NULL WHERE email = ?")
        .bind(email)
        .run();
      service.clock.advance(MINUTE);
      const before = await mailTo(service, email);
      await register(service, email, { password: STRANGERS });
      const [newest, ...others] = await mailTo(service, email);
      expect(others).toHaveLength(before.length);
      expect(newest?.subject).toMatch(/already have an account/);
    });
  });
});
