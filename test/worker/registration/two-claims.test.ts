import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../support/outbox.ts";
import { mailTo, newAddress, PASSWORD, register, tokenMailedTo } from "../../support/people.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";

const service = startService();
const STRANGERS = "the stranger's own words";

const logIn = (email: string, password: string) => service.post("/login", { email, password });

/** Two who register one address; each has a link of their own. */
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
    it("for the later one: their link makes their password and their name the account's", async () => {
      const { email, firstToken, secondToken } = await twoClaims(STRANGERS, PASSWORD);
      expect(secondToken).not.toBe(firstToken);
      expect((await service.post("/verify-email", { token: secondToken })).status).toBe(200);
      const own = await logIn(email, PASSWORD);
      expect([own.status, own.body.data.user.name]).toEqual([200, "Ada"]);
      const me = await service.get("/me", own.body.data.token);
      expect(me.body.data.lastName).toBeNull();
    });

    it("for the earlier one, whoever registers after them", async () => {
      const { email, firstToken } = await twoClaims(PASSWORD, STRANGERS);
      expect((await service.post("/verify-email", { token: firstToken })).status).toBe(200);
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect((await logIn(email, STRANGERS)).status).toBe(401);
    });
  });

  describe("refuses", () => {
    it("the stranger's password after the owner's own link, and the stranger's link with it", async () => {
      const { email, firstToken, secondToken } = await twoClaims(STRANGERS, PASSWORD);
      await service.post("/verify-email", { token: secondToken });
      expectRefusal(await logIn(email, STRANGERS), 401, "invalid_credentials");
      expectRefusal(await service.post("/verify-email", { token: firstToken }), 400, "token_invalid");
    });

    it("both passwords after a link that was sent again, which belongs to neither", async () => {
      const { email } = await twoClaims(STRANGERS, PASSWORD);
      service.clock.advance(MINUTE);
      await service.post("/verify-email/resend", { email });
      const token = await tokenMailedTo(service, email);
      expect((await service.post("/verify-email", { token })).status).toBe(200);
      for (const password of [STRANGERS, PASSWORD]) {
        expectRefusal(await logIn(email, password), 401, "invalid_credentials");
      }
      // The owner has the mailbox, and so the account.
      await service.post("/forgot-password", { email });
      const newPassword = "a newer lighthouse 8";
      await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
      expect((await logIn(email, newPassword)).status).toBe(200);
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

    it("a second mail within a minute, where limits are on: the earlier registration stands", async () => {
      const limited = startService({ env: { RATE_LIMITS: "", BURST: undefined } });
      const email = newAddress();
      await register(limited, email, { password: PASSWORD });
      await register(limited, email, { password: STRANGERS });
      expect(await mailTo(limited, email)).toHaveLength(1);
      await limited.post("/verify-email", { token: await tokenMailedTo(limited, email) });
      expect((await logIn(email, PASSWORD)).status).toBe(200);
    });
  });
});
