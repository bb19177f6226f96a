import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { challengeOf, codeMailedTo, wrongCode } from "../../../support/second-factor.ts";
import { startService } from "../../../support/service.ts";
import { sessionsOf } from "../../../support/tables.ts";
import { mailTo, member, PASSWORD } from "../../../support/users.ts";

const service = startService({ env: { LOGIN_OTP: "always" } });
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const answerWith = (challengeId: string, code: string) => service.post("/login/otp", { challengeId, code });

/** The challenge's own count, and that of the lock which its wrong answers count for. */
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

/** A challenge with a code that the clock puts after every earlier one. */
async function freshChallenge(email: string) {
  service.clock.advance(SECOND);
  return challengeOf(service, email);
}

describe("POST /login/otp", () => {
  describe("abuse", () => {
    it("evaluates five of 100 parallel wrong codes, and then refuses the right one", async () => {
      const { email } = await member(service);
      const { challengeId, code } = await freshChallenge(email);
      const guesses = await inParallel(100, () => answerWith(challengeId, wrongCode(code)));
      expect(statusCounts(guesses)).toEqual({ 400: 100 });
      expect(await countsOf(challengeId)).toEqual({ tries: 5, failures: 5 });
      const right = await answerWith(challengeId, code);
      expect([right.status, right.body.error?.code]).toEqual([400, "code_invalid"]);
      expect(await sessionsOf(email)).toBe(0);
    });

    it("opens one session for 50 parallel right codes", async () => {
      const { email } = await member(service);
      const { challengeId, code } = await freshChallenge(email);
      const answers = await inParallel(50, () => answerWith(challengeId, code));
      expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
      expect(await sessionsOf(email)).toBe(1);
      expect(await countsOf(challengeId)).toEqual({ tries: 1, failures: null });
      const audit = await env.DB.prepare(
        "SELECT count(*) AS n FROM audit_events WHERE type = 'signed_in' AND account_id = (SELECT id FROM accounts WHERE email = ?)",
      )
        .bind(email)
        .first<{ n: number }>();
      expect(audit?.n).toBe(1);
    });

    it.each([
      ["a right one first", 2],
      ["five wrong ones between two right ones", 6],
      ["a right one every 25", 25],
    ])("opens at most one session for right codes mixed with wrong ones: %s", async (_order, every) => {
      const { email } = await member(service);
      const { challengeId, code } = await freshChallenge(email);
      const answers = await inParallel(100, (index) =>
        answerWith(challengeId, index % every === 0 ? code : wrongCode(code)),
      );
      const opened = answers.filter((answer) => answer.status === 200).length;
      expect(opened).toBeLessThanOrEqual(1);
      expect(opened + (statusCounts(answers)[400] ?? 0)).toBe(100);
      expect(await sessionsOf(email)).toBe(opened);
      expect((await countsOf(challengeId))?.tries).toBeLessThanOrEqual(5);
      // Whatever the order was, nothing is left of it to be guessed on.
      expect((await answerWith(challengeId, code)).status).toBe(400);
    });

    it("does not let a new code reset the account's failures: ten wrong codes of two sign-ins lock it", async () => {
      const { email } = await member(service);
      const first = await freshChallenge(email);
      await inParallel(8, () => answerWith(first.challengeId, wrongCode(first.code)));
      const second = await freshChallenge(email);
      expect((await countsOf(second.challengeId))?.failures).toBe(5);
      await inParallel(8, () => answerWith(second.challengeId, wrongCode(second.code)));
      expect((await countsOf(second.challengeId))?.failures).toBe(10);
      for (const refused of [
        await answerWith(second.challengeId, second.code),
        await service.post("/login", { email, password: PASSWORD }),
      ]) {
        expect([refused.status, refused.body.error?.code]).toEqual([429, "too_many_attempts"]);
        expect(refused.headers.get("Retry-After")).toBe("300");
      }
      service.clock.advance(5 * MINUTE);
      const third = await freshChallenge(email);
      expect((await answerWith(third.challengeId, third.code)).status).toBe(200);
    });

    it("does not let a code that was asked for again reset them either", async () => {
      const { email } = await member(service);
      const { challengeId, code } = await freshChallenge(email);
      await inParallel(5, () => answerWith(challengeId, wrongCode(code)));
      service.clock.advance(MINUTE);
      await service.post("/login/otp/resend", { challengeId });
      expect(await countsOf(challengeId)).toEqual({ tries: 0, failures: 5 });
      const resent = await codeMailedTo(service, email);
      await inParallel(5, () => answerWith(challengeId, wrongCode(resent)));
      const right = await answerWith(challengeId, resent);
      expect([right.status, right.body.error?.code]).toEqual([429, "too_many_attempts"]);
    });

    it("counts wrong codes and wrong passwords together", async () => {
      const { email } = await member(service);
      const { challengeId, code } = await freshChallenge(email);
      await inParallel(5, () => answerWith(challengeId, wrongCode(code)));
      await inParallel(5, () => service.post("/login", { email, password: "not the password" }));
      const right = await service.post("/login", { email, password: PASSWORD });
      expect([right.status, right.body.error?.code]).toEqual([429, "too_many_attempts"]);
    });

    it("leaves one challenge of nine parallel sign-ins, and sends five codes where limits are on", async () => {
      // The burst guard keeps real time, in which all of this is a burst.
      const values = { LOGIN_OTP: "always", RATE_LIMITS: "", BURST: undefined };
      const limited = startService({ env: values, clock: service.clock });
      const { email } = await member(limited);
      const answers = await inParallel(9, () => limited.post("/login", { email, password: PASSWORD }));
      expect(statusCounts(answers)).toEqual({ 200: 5, 429: 4 });
      const ids = answers.flatMap((answer) => answer.body.data?.challengeId ?? []);
      const live = await liveChallengesOf(email);
      expect(live).toHaveLength(1);
      expect(ids).toContain(live[0]?.id);
      const codes = (await mailTo(limited, email)).filter((mail) => /^\d{6}$/m.test(mail.text));
      expect(codes).toHaveLength(5);
    });

    it("forgets the wrong codes with a full sign-in, and not with a right password alone", async () => {
      const { email } = await member(service);
      const first = await freshChallenge(email);
      await inParallel(4, () => answerWith(first.challengeId, wrongCode(first.code)));
      const second = await freshChallenge(email);
      expect((await countsOf(second.challengeId))?.failures).toBe(4);
      expect((await answerWith(second.challengeId, second.code)).status).toBe(200);
      expect((await countsOf(second.challengeId))?.failures).toBeNull();
    });
  });
});
