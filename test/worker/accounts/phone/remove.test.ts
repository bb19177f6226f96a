import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import { requestPhoneCode, verifyPhoneNumber } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { mailTo, registerAndLogIn } from "../../../support/users.ts";

const service = startService();

const remove = (token?: string) => service.call("DELETE", "/api/auth/me/phone", undefined, token);
const removalsOf = async (email: string) => ({
  notices: (await mailTo(service, email)).filter(({ subject }) => subject.includes("removed or changed"))
    .length,
  events: (
    await env.DB.prepare(
      "SELECT count(*) AS n FROM audit_events WHERE type = 'phone_removed' AND account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .first<{ n: number }>()
  )?.n,
});

describe("DELETE /me/phone", () => {
  describe("succeeds", () => {
    it("removes a verified number and its verification and mails a notice", async () => {
      const { token, email } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      const answer = await remove(token);
      expect([answer.status, answer.body.data]).toEqual([200, undefined]);
      const { data } = (await service.get("/me", token)).body;
      expect([data.phone, data.isPhoneVerified]).toEqual([null, false]);
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });

    it("voids the open code and mails no notice for an unverified number", async () => {
      const { token, email } = await registerAndLogIn(service);
      const { challengeId, code, phone } = await requestPhoneCode(service, token);
      expect((await remove(token)).status).toBe(200);
      // No other table contains the number; the mailbox table holds the sent text.
      const { mailbox_messages: _sent, ...stored } = await readAllRows();
      expect(JSON.stringify(stored)).not.toContain(phone);
      expect(await removalsOf(email)).toEqual({ notices: 0, events: 1 });
      const answer = await service.post("/me/phone/verify", { challengeId, code }, token);
      expect([answer.status, answer.body.error?.code]).toEqual([400, "code_invalid"]);
    });

    it("gives the same response without a number and writes no second audit event", async () => {
      const { token, email } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      const first = await remove(token);
      const second = await remove(token);
      expect([second.status, second.body]).toEqual([first.status, first.body]);
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });

    it("does not change other users' numbers and codes", async () => {
      const [user, other] = [await registerAndLogIn(service), await registerAndLogIn(service)];
      const phone = await verifyPhoneNumber(service, user.token);
      const challenge = await requestPhoneCode(service, other.token, phone);
      await remove(user.token);
      const { challengeId, code } = challenge;
      expect((await service.post("/me/phone/verify", { challengeId, code }, other.token)).status).toBe(200);
    });
  });

  describe("refuses", () => {
    it("refuses to remove a phone number without a session", async () => {
      const answer = await remove();
      expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
    });
  });

  describe("abuse", () => {
    it("removes the number once for 20 parallel requests", async () => {
      const { token, email } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      expect(statusCounts(await inParallel(20, () => remove(token)))).toEqual({ 200: 20 });
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });
  });
});
