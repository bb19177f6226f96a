import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { phoneChallengeOf, proveNumber } from "../../../support/phones.ts";
import { startService } from "../../../support/service.ts";
import { allRows } from "../../../support/tables.ts";
import { mailTo, signedInMember } from "../../../support/users.ts";

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
    it("takes a verified number off the account, its verification too, and tells the owner by mail", async () => {
      const { token, email } = await signedInMember(service);
      await proveNumber(service, token);
      const answer = await remove(token);
      expect([answer.status, answer.body.data]).toEqual([200, undefined]);
      const { data } = (await service.get("/me", token)).body;
      expect([data.phone, data.isPhoneVerified]).toEqual([null, false]);
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });

    it("voids the open code, without news of a number that was never verified", async () => {
      const { token, email } = await signedInMember(service);
      const { challengeId, code, phone } = await phoneChallengeOf(service, token);
      expect((await remove(token)).status).toBe(200);
      // Nor does anything else go on naming the number; the mailbox is what was sent.
      const { mailbox_messages: _sent, ...kept } = await allRows();
      expect(JSON.stringify(kept)).not.toContain(phone);
      expect(await removalsOf(email)).toEqual({ notices: 0, events: 1 });
      const answer = await service.post("/me/phone/verify", { challengeId, code }, token);
      expect([answer.status, answer.body.error?.code]).toEqual([400, "code_invalid"]);
    });

    it("is the same where there is no number, and remembers nothing of it", async () => {
      const { token, email } = await signedInMember(service);
      await proveNumber(service, token);
      const first = await remove(token);
      const second = await remove(token);
      expect([second.status, second.body]).toEqual([first.status, first.body]);
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });

    it("leaves other people's numbers and codes alone", async () => {
      const [one, other] = [await signedInMember(service), await signedInMember(service)];
      const phone = await proveNumber(service, one.token);
      const asked = await phoneChallengeOf(service, other.token, phone);
      await remove(one.token);
      const { challengeId, code } = asked;
      expect((await service.post("/me/phone/verify", { challengeId, code }, other.token)).status).toBe(200);
    });
  });

  describe("refuses", () => {
    it("whoever has not signed in", async () => {
      const answer = await remove();
      expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
    });
  });

  describe("abuse", () => {
    it("removes once for 20 requests at once", async () => {
      const { token, email } = await signedInMember(service);
      await proveNumber(service, token);
      expect(statusCounts(await inParallel(20, () => remove(token)))).toEqual({ 200: 20 });
      expect(await removalsOf(email)).toEqual({ notices: 1, events: 1 });
    });
  });
});
