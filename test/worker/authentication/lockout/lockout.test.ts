import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { countPasswordHashes } from "../../../support/recorders.ts";
import { type ApiResponse, createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.now();
const start = (values: object = {}) => startService({ env: { ...values }, clock: createTestClock(START) });
const service = start();

const guess = (at: Service, email: string) => at.post("/login", { email, password: "not the password" });
const signIn = (at: Service, email: string) => at.post("/login", { email, password: PASSWORD });
const failInParallel = (at: Service, email: string, guesses = 10) =>
  inParallel(guesses, () => guess(at, email));

/** The parts of a response that a client can observe. */
const observable = ({ status, body, headers }: ApiResponse): string =>
  JSON.stringify([status, body.error?.code, body.message, headers.get("Retry-After"), [...headers.keys()]]);

const lockoutMails = async (email: string) =>
  (await mailTo(service, email)).filter((mail) => /too many attempts/i.test(mail.subject)).length;

const totalFailures = async () =>
  (await env.DB.prepare("SELECT total(failures) AS n FROM attempt_counters").first<{ n: number }>())?.n;

// The first signing key is added at the instant from which every service here starts.
beforeAll(async () => void (await registerAndLogIn(service)));

/** Sends 200 wrong passwords in parallel, then the correct one during the lockout. */
async function attack(email: string) {
  const from = service.log.length;
  const { answers, hashed } = await countPasswordHashes(() => failInParallel(service, email, 200));
  const right = await countPasswordHashes(async () => [await signIn(service, email)]);
  const queries = service.log.slice(from).map(({ status, d1, kv }) => `${status} ${d1} ${kv}`);
  return {
    answers,
    hashed,
    right: right.answers,
    evaluatedRight: right.hashed,
    queries: queries.sort(),
  };
}

describe("lockout of an address", () => {
  describe("abuse", () => {
    it("evaluates ten of 200 parallel wrong passwords, and no correct one until the lockout ends", async () => {
      const { email } = await registerVerifiedUser(service);
      const { answers, hashed, right, evaluatedRight } = await attack(email);
      expect(hashed).toBe(10);
      expect(statusCounts(answers)).toEqual({ 401: 10, 429: 190 });
      for (const { status, body, headers } of [...answers.filter((one) => one.status === 429), ...right]) {
        expect([status, body.error?.code]).toEqual([429, "too_many_attempts"]);
        expect(headers.get("Retry-After")).toBe("300");
      }
      expect([right[0]?.status, evaluatedRight]).toEqual([429, 0]);
      const later = startService({ clock: createTestClock(START + 5 * MINUTE - 1) });
      const last = await signIn(later, email);
      expect([last.status, last.headers.get("Retry-After")]).toEqual([429, "1"]);
      later.clock.advance(1);
      expect((await signIn(later, email)).status).toBe(200);
    });

    it("gives the same responses and runs the same queries for an address without an account", async () => {
      const known = await attack((await registerVerifiedUser(service)).email);
      const unknown = await attack(newAddress());
      expect(known.answers.map(observable).sort()).toEqual(unknown.answers.map(observable).sort());
      expect(known.right.map(observable)).toEqual(unknown.right.map(observable));
      expect([known.hashed, known.evaluatedRight]).toEqual([unknown.hashed, unknown.evaluatedRight]);
      expect(known.queries).toEqual(unknown.queries);
    });

    it("applies one lockout to all spellings of an address", async () => {
      const { email } = await registerVerifiedUser(service, "lock.me@example.com");
      const variants = ["LOCK.ME@example.com", "lock.me@EXAMPLE.COM", "\uff2cock.me@example.com"];
      await inParallel(10, (index) => guess(service, variants[index % variants.length] as string));
      expect((await signIn(service, email)).status).toBe(429);
    });

    it("mails the owner once when the lockout starts, and sends no mail without an account", async () => {
      const { email } = await registerVerifiedUser(service);
      const unknown = newAddress();
      await failInParallel(service, email, 9);
      expect(await lockoutMails(email)).toBe(0);
      await failInParallel(service, email, 50);
      await failInParallel(service, unknown, 50);
      expect([await lockoutMails(email), (await mailTo(service, unknown)).length]).toEqual([1, 0]);
    });

    it("mails the owner when wrong codes start the lockout", async () => {
      const always = start({ LOGIN_OTP: "always" });
      const { email } = await registerVerifiedUser(always);
      for (let signInCount = 0; signInCount < 2; signInCount++) {
        const { challengeId, code } = await startSecondFactor(always, email);
        await inParallel(5, () => always.post("/login/otp", { challengeId, code: wrongCode(code) }));
      }
      expect((await signIn(always, email)).status).toBe(429);
      expect(await lockoutMails(email)).toBe(1);
    });
  });

  it("doubles the lockout each time up to twelve hours", async () => {
    const later = start();
    const { email } = await registerVerifiedUser(later);
    const lockoutMinutes = async () => {
      await failInParallel(later, email);
      return Number((await signIn(later, email)).headers.get("Retry-After")) / 60;
    };
    const minutes: number[] = [];
    for (let lock = 0; lock < 9; lock++) {
      minutes.push(await lockoutMinutes());
      later.clock.advance((minutes.at(-1) ?? 0) * MINUTE);
    }
    expect(minutes).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 720]);
  });

  it("starts over with the shortest lockout after a day without failures", async () => {
    const later = start();
    const { email } = await registerVerifiedUser(later);
    const lockoutMinutes = async () => {
      await failInParallel(later, email);
      return Number((await signIn(later, email)).headers.get("Retry-After")) / 60;
    };
    expect(await lockoutMinutes()).toBe(5);
    later.clock.advance(23 * HOUR);
    await later.runCron("17 * * * *");
    expect(await lockoutMinutes()).toBe(10);
    later.clock.advance(25 * HOUR);
    await later.runCron("17 * * * *");
    expect(await lockoutMinutes()).toBe(5);
  });

  it("counts failures for fifteen minutes after the last one", async () => {
    const later = start();
    const { email } = await registerVerifiedUser(later);
    await failInParallel(later, email, 9);
    later.clock.advance(15 * MINUTE);
    await failInParallel(later, email, 9);
    expect((await signIn(later, email)).status).toBe(200);
  });

  it("clears the failures of an address after a completed sign-in", async () => {
    const { email } = await registerVerifiedUser(service);
    for (let signInCount = 0; signInCount < 3; signInCount++) {
      await failInParallel(service, email, 9);
      expect((await signIn(service, email)).status).toBe(200);
    }
  });

  it("ends the lockout immediately after a password reset", async () => {
    const { email } = await registerVerifiedUser(service);
    await failInParallel(service, email);
    await service.post("/forgot-password", { email });
    const newPassword = "another quiet harbour";
    await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
    await logIn(service, email, newPassword);
  });

  describe("correct passwords without a session", () => {
    it("neither counts nor clears failures for a correct password that requires a second factor", async () => {
      const always = start({ LOGIN_OTP: "always" });
      const { email } = await registerVerifiedUser(always);
      const before = await totalFailures();
      for (let time = 0; time < 12; time++) await startSecondFactor(always, email);
      expect(await totalFailures()).toBe(before);
      await failInParallel(always, email, 9);
      await startSecondFactor(always, email);
      await guess(always, email);
      expect((await signIn(always, email)).status).toBe(429);
    });

    it("does not count the correct password of an unverified or deactivated account", async () => {
      const { email: unverified } = await register(service);
      const { email: deactivated } = await registerVerifiedUser(service);
      await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
        .bind(deactivated)
        .run();
      const before = await totalFailures();
      for (const email of [unverified, deactivated]) {
        expect(statusCounts(await inParallel(9, () => signIn(service, email)))).toEqual({ 403: 9 });
        for (let time = 0; time < 12; time++) expect((await signIn(service, email)).status).toBe(403);
      }
      expect(await totalFailures()).toBe(before);
    });
  });
});
