import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { mailedCodeTo, startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { LOGIN_OTP: "always" } });
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const verifyCode = (challengeId: string, code: string) => service.post("/login/otp", { challengeId, code });

/** The tries of the challenge, and the failures of the attempt counter of its lockout. */
const countsOf = (challengeId: string) =>
  env.DB.prepare(
    "SELECT tries, (SELECT failures FROM attempt_counters WHERE key = lock_key) AS failures FROM one_time_codes WHERE id = ?",
  )
    .bind(challengeId)
    .first<{ tries: number; failures: number | null }>();

const liveChallengesOf = async (email: string) =>
  (
    await env.DB.prepare(
      "SELECT id FROM one_time_codes WHERE account_id = (SELECT id FROM accounts WHERE email = ?) AND consumed_at IS NULL",
    )
      .bind(email)
      .all<{ id: string }>()
  ).results;

/** A new challenge, one second later, so that its mail is the newest one. */
async function newChallenge(email: string) {
  service.clock.advance(SECOND);
  return startSecondFactor(service, email);
}

describe("POST /login/otp", () => {
  describe("abuse", () => {
    it("evaluates five of 100 parallel wrong codes, and then refuses the correct one", async () => {
      const { email } = await registerVerifiedUser(service);
      const { challengeId, code } = await newChallenge(email);
      const guesses = await inParallel(100, () => verifyCode(challengeId, wrongCode(code)));
      expect(statusCounts(guesses)).toEqual({ 400: 100 });
      expect(await countsOf(challengeId)).toEqual({ tries: 5, failures: 5 });
      const right = await verifyCode(challengeId, code);
      expect([right.status, right.body.error?.code]).toEqual([400, "code_invalid"]);
      expect(await countSessions(email)).toBe(0);
    });

    it("opens one session for 50 parallel correct codes", async () => {
      const { email } = await registerVerifiedUser(service);
      const { challengeId, code } = await newChallenge(email);
      const answers = await inParallel(50, () => verifyCode(challengeId, code));
      expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
      expect(await countSessions(email)).toBe(1);
      // Each answer that was counted before the first one consumed the challenge has used a try.
      const counts = await countsOf(challengeId);
      expect(counts?.failures).toBeNull();
      expect(counts?.tries).toBeGreaterThanOrEqual(1);
      expect(counts?.tries).toBeLessThanOrEqual(5);
      const audit = await env.DB.prepare(
        "SELECT count(*) AS n FROM audit_events WHERE type = 'signed_in' AND account_id = (SELECT id FROM accounts WHERE email = ?)",
      )
        .bind(email)
        .first<{ n: number }>();
      expect(audit?.n).toBe(1);
    });

    it.each([
      ["a correct one first", 2],
      ["five wrong ones between two correct ones", 6],
      ["a correct one every 25", 25],
    ])("opens at most one session for correct codes mixed with wrong ones: %s", async (_order, every) => {
      const { email } = await registerVerifiedUser(service);
      const { challengeId, code } = await newChallenge(email);
      const answers = await inParallel(100, (index) =>
        verifyCode(challengeId, index % every === 0 ? code : wrongCode(code)),
      );
      const opened = answers.filter((answer) => answer.status === 200).length;
      expect(opened).toBeLessThanOrEqual(1);
      expect(opened + (statusCounts(answers)[400] ?? 0)).toBe(100);
      expect(await countSessions(email)).toBe(opened);
      expect((await countsOf(challengeId))?.tries).toBeLessThanOrEqual(5);
      // In every order the challenge is consumed or has no tries left.
      expect((await verifyCode(challengeId, code)).status).toBe(400);
    });

    it("locks an account after ten wrong codes of two sign-ins, because a new code resets no failures", async () => {
      const { email } = await registerVerifiedUser(service);
      const first = await newChallenge(email);
      await inParallel(8, () => verifyCode(first.challengeId, wrongCode(first.code)));
      const second = await newChallenge(email);
      expect((await countsOf(second.challengeId))?.failures).toBe(5);
      await inParallel(8, () => verifyCode(second.challengeId, wrongCode(second.code)));
      expect((await countsOf(second.challengeId))?.failures).toBe(10);
      for (const refused of [
        await verifyCode(second.challengeId, second.code),
        await service.post("/login", { email, password: PASSWORD }),
      ]) {
        expect([refused.status, refused.body.error?.code]).toEqual([429, "too_many_attempts"]);
        expect(refused.headers.get("Retry-After")).toBe("300");
      }
      service.clock.advance(5 * MINUTE);
      const third = await newChallenge(email);
      expect((await verifyCode(third.challengeId, third.code)).status).toBe(200);
    });

    it("locks an account after ten wrong codes, five before and five after a resend", async () => {
      const { email } = await registerVerifiedUser(service);
      const { challengeId, code } = await newChallenge(email);
      await inParallel(5, () => verifyCode(challengeId, wrongCode(code)));
      service.clock.advance(MINUTE);
      await service.post("/login/otp/resend", { challengeId });
      expect(await countsOf(challengeId)).toEqual({ tries: 0, failures: 5 });
      const resent = await mailedCodeTo(service, email);
      await inParallel(5, () => verifyCode(challengeId, wrongCode(resent)));
      const right = await verifyCode(challengeId, resent);
      expect([right.status, right.body.error?.code]).toEqual([429, "too_many_attempts"]);
    });

    it("counts wrong codes and wrong passwords for the same lockout", async () => {
      const { email } = await registerVerifiedUser(service);
      const { challengeId, code } = await newChallenge(email);
      await inParallel(5, () => verifyCode(challengeId, wrongCode(code)));
      await inParallel(5, () => service.post("/login", { email, password: "not the password" }));
      const right = await service.post("/login", { email, password: PASSWORD });
      expect([right.status, right.body.error?.code]).toEqual([429, "too_many_attempts"]);
    });

    it("keeps one challenge of nine parallel sign-ins, and sends five codes under the rate limits", async () => {
      // Without the burst guard, which uses real time and would refuse these requests as a burst.
      const values = { LOGIN_OTP: "always", RATE_LIMITS: "", BURST: undefined };
      const limited = startService({ env: values, clock: service.clock });
      const { email } = await registerVerifiedUser(limited);
      const answers = await inParallel(9, () => limited.post("/login", { email, password: PASSWORD }));
      expect(statusCounts(answers)).toEqual({ 200: 5, 429: 4 });
      const ids = answers.flatMap((answer) => answer.body.data?.challengeId ?? []);
      const live = await liveChallengesOf(email);
      expect(live).toHaveLength(1);
      expect(ids).toContain(live[0]?.id);
      const codes = (await mailTo(limited, email)).filter((mail) => /^\d{6}$/m.test(mail.text));
      expect(codes).toHaveLength(5);
    });

    it("clears the failures of wrong codes after a completed sign-in, not after a correct password alone", async () => {
      const { email } = await registerVerifiedUser(service);
      const first = await newChallenge(email);
      await inParallel(4, () => verifyCode(first.challengeId, wrongCode(first.code)));
      const second = await newChallenge(email);
      expect((await countsOf(second.challengeId))?.failures).toBe(4);
      expect((await verifyCode(second.challengeId, second.code)).status).toBe(200);
      expect((await countsOf(second.challengeId))?.failures).toBeNull();
    });
  });
});
