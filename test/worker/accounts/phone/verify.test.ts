import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  markDeviceAsKnown,
  newPhoneNumber,
  requestPhoneCode,
  startSecondFactor,
  verifyPhoneNumber,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { logIn, mailTo, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();

const verify = (token: string, { challengeId, code }: { challengeId: string; code: string }, by = service) =>
  by.post("/me/phone/verify", { challengeId, code }, token);
const withWrongCode = (challenge: { challengeId: string; code: string }) => ({
  ...challenge,
  code: wrongCode(challenge.code),
});
const phoneOf = async (token: string) => {
  const { phone, isPhoneVerified } = (await service.get("/me", token)).body.data;
  return [phone, isPhoneVerified];
};
const noticesTo = async (email: string) =>
  (await mailTo(service, email)).filter(({ subject }) => subject.includes("hone number"));

/** The challenge's own attempts, and the failures of the lockout counter of its wrong codes. */
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
    it("verifies the number with the correct code and mails a notice", async () => {
      const { token, email } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const answer = await verify(token, challenge);
      expect([answer.status, answer.body.data]).toEqual([
        200,
        { phone: challenge.phone, isPhoneVerified: true },
      ]);
      expect(await phoneOf(token)).toEqual([challenge.phone, true]);
      expect((await noticesTo(email)).map(({ subject }) => subject)).toEqual([
        "A phone number was confirmed at Gatehouse",
      ]);
      expect(await auditOf(email)).toEqual(["phone_change_requested", "phone_verified"]);
    });

    it("accepts the correct code after four wrong ones and keeps their failure count", async () => {
      const { token } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      for (let guess = 0; guess < 4; guess++) {
        expectErrorResponse(await verify(token, withWrongCode(challenge)), 400, "code_invalid");
      }
      expect((await verify(token, challenge)).status).toBe(200);
      expect(await countsOf(challenge.challengeId)).toEqual({ tries: 5, failures: 4 });
    });

    it("verifies a verified number again without a second notice", async () => {
      const { token, email } = await registerAndLogIn(service);
      const phone = await verifyPhoneNumber(service, token);
      await verifyPhoneNumber(service, token, phone);
      expect(await noticesTo(email)).toHaveLength(1);
    });

    it("accepts the code in another session of the same user", async () => {
      const { token, email } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      expect((await verify((await logIn(service, email)).token, challenge)).status).toBe(200);
    });
  });

  describe("refuses with the same error", () => {
    it("refuses another user's code, even if both have the number", async () => {
      const [user, other] = [await registerAndLogIn(service), await registerAndLogIn(service)];
      const challenge = await requestPhoneCode(service, user.token);
      const theirs = await requestPhoneCode(service, other.token, challenge.phone);
      expectErrorResponse(await verify(other.token, challenge), 400, "code_invalid");
      // The digits of one challenge are wrong for the other challenge.
      if (theirs.code !== challenge.code) {
        expectErrorResponse(
          await verify(other.token, { ...theirs, code: challenge.code }),
          400,
          "code_invalid",
        );
      }
      // The refused attempt did not count against the owner's challenge.
      expect(await countsOf(challenge.challengeId)).toEqual({ tries: 0, failures: null });
      expect((await verify(user.token, challenge)).status).toBe(200);
      expect(await phoneOf(other.token)).toEqual([challenge.phone, false]);
    });

    it("refuses a code for a number that was replaced or removed", async () => {
      const { token } = await registerAndLogIn(service);
      const replaced = await requestPhoneCode(service, token);
      const removed = await requestPhoneCode(service, token);
      expectErrorResponse(await verify(token, replaced), 400, "code_invalid");
      await service.call("DELETE", "/api/auth/me/phone", undefined, token);
      expectErrorResponse(await verify(token, removed), 400, "code_invalid");
      expect(await phoneOf(token)).toEqual([null, false]);
    });

    it("refuses a live code while the account has another number", async () => {
      const { token, email } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const set = env.DB.prepare("UPDATE accounts SET phone = ? WHERE email = ?");
      await set.bind(newPhoneNumber(), email).run();
      expectErrorResponse(await verify(token, challenge), 400, "code_invalid");
      await set.bind(challenge.phone, email).run();
      expect((await verify(token, challenge)).status).toBe(200);
    });

    it("refuses a used code and an unknown challenge", async () => {
      const { token } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      expect((await verify(token, challenge)).status).toBe(200);
      expectErrorResponse(await verify(token, challenge), 400, "code_invalid");
      const unknown = { ...challenge, challengeId: crypto.randomUUID() };
      expectErrorResponse(await verify(token, unknown), 400, "code_invalid");
    });

    it("refuses a code after exactly ten minutes", async () => {
      const clocked = startService({ clock: createTestClock(service.clock.now()) });
      const { token } = await registerAndLogIn(clocked);
      const challenge = await requestPhoneCode(clocked, token);
      clocked.clock.advance(10 * MINUTE);
      expectErrorResponse(await verify(token, challenge, clocked), 400, "code_invalid");
      await clocked.post("/me/reauthenticate", { password: PASSWORD }, token);
      const again = await requestPhoneCode(clocked, token);
      clocked.clock.advance(10 * MINUTE - 1);
      expect((await verify((await logIn(clocked, await emailOf(token))).token, again, clocked)).status).toBe(
        200,
      );
    });

    it("refuses a code that a password change voided", async () => {
      const { token } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
      expect((await service.post("/me/password", change, token)).status).toBe(200);
      expectErrorResponse(await verify(token, challenge), 400, "code_invalid");
    });

    it("refuses a sign-in code as a phone code and a phone code as a sign-in code, and consumes neither", async () => {
      const { token, email } = await registerAndLogIn(service);
      await markDeviceAsKnown(token);
      await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      const login = await startSecondFactor(service, email);
      const challenge = await requestPhoneCode(service, token);
      expectErrorResponse(await verify(token, login), 400, "code_invalid");
      expect(await countsOf(login.challengeId)).toMatchObject({ tries: 0 });
      const { challengeId, code } = challenge;
      expectErrorResponse(await service.post("/login/otp", { challengeId, code }), 400, "code_invalid");
      expect((await service.post("/login/otp/resend", { challengeId })).status).toBe(200);
      expect(await countsOf(challengeId)).toMatchObject({ tries: 0 });
      // Both codes stay valid for their own purpose.
      expect((await verify(token, challenge)).status).toBe(200);
      const answer = await service.post("/login/otp", login);
      expect(answer.status).toBe(200);
    });

    it("refuses a code of a deactivated account", async () => {
      const { token, email } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const set = env.DB.prepare("UPDATE accounts SET status = ? WHERE email = ?");
      await set.bind("deactivated", email).run();
      expect((await verify(token, challenge)).status).toBe(401);
      await set.bind("active", email).run();
      expect(await countsOf(challenge.challengeId)).toEqual({ tries: 0, failures: null });
    });
  });

  describe("abuse", () => {
    it("verifies once for 50 parallel correct codes", async () => {
      const { token, email } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const answers = await inParallel(50, () => verify(token, challenge));
      expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
      expect(await countsOf(challenge.challengeId)).toEqual({ tries: 1, failures: null });
      expect(await auditOf(email)).toEqual(["phone_change_requested", "phone_verified"]);
      expect(await noticesTo(email)).toHaveLength(1);
    });

    it("evaluates five of 100 parallel wrong codes and then refuses the correct one", async () => {
      const { token } = await registerAndLogIn(service);
      const challenge = await requestPhoneCode(service, token);
      const guesses = await inParallel(100, () => verify(token, withWrongCode(challenge)));
      expect(statusCounts(guesses)).toEqual({ 400: 100 });
      expect(await countsOf(challenge.challengeId)).toEqual({ tries: 5, failures: 5 });
      expectErrorResponse(await verify(token, challenge), 400, "code_invalid");
      expect(await phoneOf(token)).toEqual([challenge.phone, false]);
    });

    it("locks after ten wrong codes across challenges and unlocks after five minutes", async () => {
      const clocked = startService({ clock: createTestClock(service.clock.now()) });
      const { token, email } = await registerAndLogIn(clocked);
      for (let code = 0; code < 2; code++) {
        const challenge = await requestPhoneCode(clocked, token);
        await inParallel(20, () => verify(token, withWrongCode(challenge), clocked));
      }
      const next = await requestPhoneCode(clocked, token);
      const locked = await verify(token, next, clocked);
      expectErrorResponse(locked, 429, "too_many_attempts");
      expect(locked.headers.get("Retry-After")).toBe("300");
      expect(await countsOf(next.challengeId)).toEqual({ tries: 0, failures: 10 });
      // Sign-in has a lockout of its own, which wrong codes of a session do not affect.
      expect((await logIn(clocked, email)).token).toMatch(/^eyJ/);
      clocked.clock.advance(5 * MINUTE);
      expect((await verify(token, next, clocked)).status).toBe(200);
    });

    it("counts wrong codes and wrong passwords of a session in one exact counter that a correct code does not reset", async () => {
      const { token } = await registerAndLogIn(service);
      const guessPassword = () => service.post("/me/otp", { enabled: true, password: "not it" }, token);
      const first = await requestPhoneCode(service, token);
      await inParallel(4, () => verify(token, withWrongCode(first)));
      await inParallel(4, guessPassword);
      expect((await verify(token, first)).status).toBe(200);
      const second = await requestPhoneCode(service, token);
      expect((await countsOf(second.challengeId))?.failures).toBe(8);
      const answers = await inParallel(60, (index) =>
        index % 2 === 0 ? verify(token, withWrongCode(second)) : guessPassword(),
      );
      expect((await countsOf(second.challengeId))?.failures).toBe(10);
      expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2);
      expectErrorResponse(await verify(token, second), 429, "too_many_attempts");
      await markDeviceAsKnown(token);
      const right = await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      expectErrorResponse(right, 429, "too_many_attempts");
    });

    it("answers code_invalid, not too_many_attempts, to another user's locked challenge", async () => {
      const [user, other] = [await registerAndLogIn(service), await registerAndLogIn(service)];
      for (let code = 0; code < 2; code++) {
        const challenge = await requestPhoneCode(service, user.token);
        await inParallel(5, () => verify(user.token, withWrongCode(challenge)));
      }
      const locked = await requestPhoneCode(service, user.token);
      expectErrorResponse(await verify(other.token, locked), 400, "code_invalid");
    });

    it("leaves the new number unverified when verification and replacement run in parallel", async () => {
      const { token } = await registerAndLogIn(service);
      for (let round = 0; round < 20; round++) {
        const challenge = await requestPhoneCode(service, token);
        const next = newPhoneNumber();
        await Promise.all([verify(token, challenge), service.post("/me/phone", { phone: next }, token)]);
        expect(await phoneOf(token)).toEqual([next, false]);
      }
    });
  });
});

const emailOf = async (token: string): Promise<string> => {
  const [, payload = ""] = token.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).email;
};
