import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { newNumber, phoneChallengeOf, proveNumber } from "../../../support/phones.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { challengeOf, wrongCode } from "../../../support/second-factor.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { logIn, mailTo, PASSWORD, signedInMember } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();

const give = (token: string, { challengeId, code }: { challengeId: string; code: string }, by = service) =>
  by.post("/me/phone/verify", { challengeId, code }, token);
const wrong = (given: { challengeId: string; code: string }) => ({ ...given, code: wrongCode(given.code) });
const phoneOf = async (token: string) => {
  const { phone, isPhoneVerified } = (await service.get("/me", token)).body.data;
  return [phone, isPhoneVerified];
};
const noticesTo = async (email: string) =>
  (await mailTo(service, email)).filter(({ subject }) => subject.includes("hone number"));

/** The challenge's own count, and that of the lock which its wrong answers count for. */
const countsOf = (challengeId: string) =>
  env.DB.prepare(
    "SELECT tries, (SELECT failures FROM attempt_counters WHERE key = lock_key) AS failures FROM one_time_codes WHERE id = ?",
  )
    .bind(challengeId)
    .first<{ tries: number; failures: number | null }>();

const auditOf = async (email: string) =>
  (
    await env.DB.prepare(
      "SELECT type FROM audit_events WHERE type LIKE 'phone_%' AND account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY rowid",
    )
      .bind(email)
      .all<{ type: string }>()
  ).results.map(({ type }) => type);

describe("POST /me/phone/verify", () => {
  describe("succeeds", () => {
    it("proves the number with the right code, and tells the owner by mail", async () => {
      const { token, email } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const answer = await give(token, asked);
      expect([answer.status, answer.body.data]).toEqual([200, { phone: asked.phone, isPhoneVerified: true }]);
      expect(await phoneOf(token)).toEqual([asked.phone, true]);
      expect((await noticesTo(email)).map(({ subject }) => subject)).toEqual([
        "A phone number was confirmed at Gatehouse",
      ]);
      expect(await auditOf(email)).toEqual(["phone_change_requested", "phone_verified"]);
    });

    it("takes the right code after four wrong ones, and forgets none of them", async () => {
      const { token } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      for (let guess = 0; guess < 4; guess++) {
        expectRefusal(await give(token, wrong(asked)), 400, "code_invalid");
      }
      expect((await give(token, asked)).status).toBe(200);
      expect(await countsOf(asked.challengeId)).toEqual({ tries: 5, failures: 4 });
    });

    it("proves a verified number once more, without news of it", async () => {
      const { token, email } = await signedInMember(service);
      const phone = await proveNumber(service, token);
      await proveNumber(service, token, phone);
      expect(await noticesTo(email)).toHaveLength(1);
    });

    it("takes the code from another session of the same person", async () => {
      const { token, email } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      expect((await give((await logIn(service, email)).token, asked)).status).toBe(200);
    });
  });

  describe("refuses, all alike,", () => {
    it("a code of somebody else, even where both have the number", async () => {
      const [one, other] = [await signedInMember(service), await signedInMember(service)];
      const asked = await phoneChallengeOf(service, one.token);
      const theirs = await phoneChallengeOf(service, other.token, asked.phone);
      expectRefusal(await give(other.token, asked), 400, "code_invalid");
      // Right digits under the other one's challenge are no answer to it either.
      if (theirs.code !== asked.code) {
        expectRefusal(await give(other.token, { ...theirs, code: asked.code }), 400, "code_invalid");
      }
      // And it cost its owner no try.
      expect(await countsOf(asked.challengeId)).toEqual({ tries: 0, failures: null });
      expect((await give(one.token, asked)).status).toBe(200);
      expect(await phoneOf(other.token)).toEqual([asked.phone, false]);
    });

    it("a code for a number that has been replaced or removed since", async () => {
      const { token } = await signedInMember(service);
      const replaced = await phoneChallengeOf(service, token);
      const removed = await phoneChallengeOf(service, token);
      expectRefusal(await give(token, replaced), 400, "code_invalid");
      await service.call("DELETE", "/api/auth/me/phone", undefined, token);
      expectRefusal(await give(token, removed), 400, "code_invalid");
      expect(await phoneOf(token)).toEqual([null, false]);
    });

    it("a live code whose number is not the account's any more", async () => {
      const { token, email } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const set = env.DB.prepare("UPDATE accounts SET phone = ? WHERE email = ?");
      await set.bind(newNumber(), email).run();
      expectRefusal(await give(token, asked), 400, "code_invalid");
      await set.bind(asked.phone, email).run();
      expect((await give(token, asked)).status).toBe(200);
    });

    it("a code that is spent, and a challenge that is unheard of", async () => {
      const { token } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      expect((await give(token, asked)).status).toBe(200);
      expectRefusal(await give(token, asked), 400, "code_invalid");
      const unknown = { ...asked, challengeId: crypto.randomUUID() };
      expectRefusal(await give(token, unknown), 400, "code_invalid");
    });

    it("a code of ten minutes ago, to the millisecond", async () => {
      const clocked = startService({ clock: createTestClock(service.clock.now()) });
      const { token } = await signedInMember(clocked);
      const asked = await phoneChallengeOf(clocked, token);
      clocked.clock.advance(10 * MINUTE);
      expectRefusal(await give(token, asked, clocked), 400, "code_invalid");
      const again = await phoneChallengeOf(clocked, token);
      clocked.clock.advance(10 * MINUTE - 1);
      expect((await give((await logIn(clocked, await emailOf(token))).token, again, clocked)).status).toBe(
        200,
      );
    });

    it("a code that a new password has voided", async () => {
      const { token } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
      expect((await service.post("/me/password", change, token)).status).toBe(200);
      expectRefusal(await give(token, asked), 400, "code_invalid");
    });

    it("a login's challenge, whose code still signs in; and a phone's where a login's is asked for", async () => {
      const { token, email } = await signedInMember(service);
      await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      const login = await challengeOf(service, email);
      const asked = await phoneChallengeOf(service, token);
      expectRefusal(await give(token, login), 400, "code_invalid");
      expect(await countsOf(login.challengeId)).toMatchObject({ tries: 0 });
      const { challengeId, code } = asked;
      expectRefusal(await service.post("/login/otp", { challengeId, code }), 400, "code_invalid");
      expect((await service.post("/login/otp/resend", { challengeId })).status).toBe(200);
      expect(await countsOf(challengeId)).toMatchObject({ tries: 0 });
      // Neither spent nor replaced the other.
      expect((await give(token, asked)).status).toBe(200);
      const answer = await service.post("/login/otp", login);
      expect(answer.status).toBe(200);
    });

    it("a code of an account that is not active", async () => {
      const { token, email } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const set = env.DB.prepare("UPDATE accounts SET status = ? WHERE email = ?");
      await set.bind("deactivated", email).run();
      expect((await give(token, asked)).status).toBe(401);
      await set.bind("active", email).run();
      expect(await countsOf(asked.challengeId)).toEqual({ tries: 0, failures: null });
    });
  });

  describe("abuse", () => {
    it("verifies once for 50 right codes at once", async () => {
      const { token, email } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const answers = await inParallel(50, () => give(token, asked));
      expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
      expect(await countsOf(asked.challengeId)).toEqual({ tries: 1, failures: null });
      expect(await auditOf(email)).toEqual(["phone_change_requested", "phone_verified"]);
      expect(await noticesTo(email)).toHaveLength(1);
    });

    it("evaluates five of 100 wrong codes at once, and then refuses the right one", async () => {
      const { token } = await signedInMember(service);
      const asked = await phoneChallengeOf(service, token);
      const guesses = await inParallel(100, () => give(token, wrong(asked)));
      expect(statusCounts(guesses)).toEqual({ 400: 100 });
      expect(await countsOf(asked.challengeId)).toEqual({ tries: 5, failures: 5 });
      expectRefusal(await give(token, asked), 400, "code_invalid");
      expect(await phoneOf(token)).toEqual([asked.phone, false]);
    });

    it("locks after ten wrong codes, whatever the number of codes, and opens after five minutes", async () => {
      const clocked = startService({ clock: createTestClock(service.clock.now()) });
      const { token, email } = await signedInMember(clocked);
      for (let code = 0; code < 2; code++) {
        const asked = await phoneChallengeOf(clocked, token);
        await inParallel(20, () => give(token, wrong(asked), clocked));
      }
      const next = await phoneChallengeOf(clocked, token);
      const locked = await give(token, next, clocked);
      expectRefusal(locked, 429, "too_many_attempts");
      expect(locked.headers.get("Retry-After")).toBe("300");
      expect(await countsOf(next.challengeId)).toEqual({ tries: 0, failures: 10 });
      // Sign-in has a lock of its own, which whoever is signed in cannot shut.
      expect((await logIn(clocked, email)).token).toMatch(/^eyJ/);
      clocked.clock.advance(5 * MINUTE);
      expect((await give(token, next, clocked)).status).toBe(200);
    });

    it("counts wrong codes and wrong passwords of a session together, exactly, and a right code clears nothing", async () => {
      const { token } = await signedInMember(service);
      const guessPassword = () => service.post("/me/otp", { enabled: true, password: "not it" }, token);
      const first = await phoneChallengeOf(service, token);
      await inParallel(4, () => give(token, wrong(first)));
      await inParallel(4, guessPassword);
      expect((await give(token, first)).status).toBe(200);
      const second = await phoneChallengeOf(service, token);
      expect((await countsOf(second.challengeId))?.failures).toBe(8);
      const answers = await inParallel(60, (index) =>
        index % 2 === 0 ? give(token, wrong(second)) : guessPassword(),
      );
      expect((await countsOf(second.challengeId))?.failures).toBe(10);
      expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2);
      expectRefusal(await give(token, second), 429, "too_many_attempts");
      const right = await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      expectRefusal(right, 429, "too_many_attempts");
    });

    it("does not tell a locked stranger's challenge from one that is not there", async () => {
      const [one, other] = [await signedInMember(service), await signedInMember(service)];
      for (let code = 0; code < 2; code++) {
        const asked = await phoneChallengeOf(service, one.token);
        await inParallel(5, () => give(one.token, wrong(asked)));
      }
      const locked = await phoneChallengeOf(service, one.token);
      expectRefusal(await give(other.token, locked), 400, "code_invalid");
    });

    it("ends in one state when a number is verified and replaced at once, 20 times", async () => {
      const { token } = await signedInMember(service);
      for (let round = 0; round < 20; round++) {
        const asked = await phoneChallengeOf(service, token);
        const next = newNumber();
        await Promise.all([give(token, asked), service.post("/me/phone", { phone: next }, token)]);
        expect(await phoneOf(token)).toEqual([next, false]);
      }
    });
  });
});

const emailOf = async (token: string): Promise<string> => {
  const [, payload = ""] = token.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).email;
};
