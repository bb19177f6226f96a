import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { countEvaluated } from "../../../support/count-evaluations.ts";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { challengeOf, wrongCode } from "../../../support/second-factor.ts";
import { type Answer, createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  logIn,
  mailTo,
  member,
  newAddress,
  PASSWORD,
  register,
  signedInMember,
  tokenMailedTo,
} from "../../../support/users.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.now();
const start = (values: object = {}) => startService({ env: { ...values }, clock: createTestClock(START) });
const service = start();

const guess = (at: Service, email: string) => at.post("/login", { email, password: "not the password" });
const signIn = (at: Service, email: string) => at.post("/login", { email, password: PASSWORD });
const shut = (at: Service, email: string, guesses = 10) => inParallel(guesses, () => guess(at, email));

/** What a client can tell of an answer. */
const seen = ({ status, body, headers }: Answer): string =>
  JSON.stringify([status, body.error?.code, body.message, headers.get("Retry-After"), [...headers.keys()]]);

const lockMails = async (email: string) =>
  (await mailTo(service, email)).filter((mail) => /too many attempts/i.test(mail.subject)).length;

const failuresInAll = async () =>
  (await env.DB.prepare("SELECT total(failures) AS n FROM attempt_counters").first<{ n: number }>())?.n;

// The first signing key is added at the instant from which every service here starts.
beforeAll(async () => void (await signedInMember(service)));

/** Two hundred wrong passwords at once, and the right one while the lock holds. */
async function attack(email: string) {
  const from = service.log.length;
  const { answers, evaluated } = await countEvaluated(() => shut(service, email, 200));
  const right = await countEvaluated(async () => [await signIn(service, email)]);
  const work = service.log.slice(from).map(({ status, d1, kv }) => `${status} ${d1} ${kv}`);
  return { answers, evaluated, right: right.answers, evaluatedRight: right.evaluated, work: work.sort() };
}

describe("the lock of an address", () => {
  describe("abuse", () => {
    it("evaluates ten of 200 parallel wrong passwords, and no right one until it opens", async () => {
      const { email } = await member(service);
      const { answers, evaluated, right, evaluatedRight } = await attack(email);
      expect(evaluated).toBe(10);
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

    it("looks and works the same for an address that has no account, to the query", async () => {
      const known = await attack((await member(service)).email);
      const unknown = await attack(newAddress());
      expect(known.answers.map(seen).sort()).toEqual(unknown.answers.map(seen).sort());
      expect(known.right.map(seen)).toEqual(unknown.right.map(seen));
      expect([known.evaluated, known.evaluatedRight]).toEqual([unknown.evaluated, unknown.evaluatedRight]);
      expect(known.work).toEqual(unknown.work);
    });

    it("is one for all ways to write the address", async () => {
      const { email } = await member(service, "lock.me@example.com");
      const variants = ["LOCK.ME@example.com", "lock.me@EXAMPLE.COM", "\uff2cock.me@example.com"];
      await inParallel(10, (index) => guess(service, variants[index % variants.length] as string));
      expect((await signIn(service, email)).status).toBe(429);
    });

    it("mails its owner once when it shuts, and nobody where there is no account", async () => {
      const { email } = await member(service);
      const unknown = newAddress();
      await shut(service, email, 9);
      expect(await lockMails(email)).toBe(0);
      await shut(service, email, 50);
      await shut(service, unknown, 50);
      expect([await lockMails(email), (await mailTo(service, unknown)).length]).toEqual([1, 0]);
    });

    it("mails its owner when wrong codes shut it, too", async () => {
      const always = start({ LOGIN_OTP: "always" });
      const { email } = await member(always);
      for (let round = 0; round < 2; round++) {
        const { challengeId, code } = await challengeOf(always, email);
        await inParallel(5, () => always.post("/login/otp", { challengeId, code: wrongCode(code) }));
      }
      expect((await signIn(always, email)).status).toBe(429);
      expect(await lockMails(email)).toBe(1);
    });
  });

  it("doubles each time, up to twelve hours, and is forgotten after a quiet day", async () => {
    const clocked = start();
    const { email } = await member(clocked);
    const shutFor = async () => {
      await shut(clocked, email);
      return Number((await signIn(clocked, email)).headers.get("Retry-After")) / 60;
    };
    const minutes: number[] = [];
    for (let lock = 0; lock < 9; lock++) {
      minutes.push(await shutFor());
      clocked.clock.advance((minutes.at(-1) ?? 0) * MINUTE);
    }
    expect(minutes).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 720]);
    // Twelve hours have gone by since the last failure.
    clocked.clock.advance(11 * HOUR);
    await clocked.runCron("17 * * * *");
    expect(await shutFor()).toBe(720);
    clocked.clock.advance(25 * HOUR);
    await clocked.runCron("17 * * * *");
    expect(await shutFor()).toBe(5);
  });

  it("counts only what failed in the last fifteen minutes", async () => {
    const clocked = start();
    const { email } = await member(clocked);
    await shut(clocked, email, 9);
    clocked.clock.advance(15 * MINUTE);
    await shut(clocked, email, 9);
    expect((await signIn(clocked, email)).status).toBe(200);
  });

  it("is not reached by failures that a full sign-in has cleared", async () => {
    const { email } = await member(service);
    for (let round = 0; round < 3; round++) {
      await shut(service, email, 9);
      expect((await signIn(service, email)).status).toBe(200);
    }
  });

  it("is opened by a reset, at once", async () => {
    const { email } = await member(service);
    await shut(service, email);
    await service.post("/forgot-password", { email });
    const newPassword = "another quiet harbour";
    await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
    await logIn(service, email, newPassword);
  });

  describe("does not count", () => {
    it("a right password where a second step is due; nor does that clear the count", async () => {
      const always = start({ LOGIN_OTP: "always" });
      const { email } = await member(always);
      const before = await failuresInAll();
      for (let time = 0; time < 12; time++) await challengeOf(always, email);
      expect(await failuresInAll()).toBe(before);
      await shut(always, email, 9);
      await challengeOf(always, email);
      await guess(always, email);
      expect((await signIn(always, email)).status).toBe(429);
    });

    it("the right password of an account that is not verified, or deactivated", async () => {
      const { email: waiting } = await register(service);
      const { email: closed } = await member(service);
      await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(closed).run();
      const before = await failuresInAll();
      for (const email of [waiting, closed]) {
        expect(statusCounts(await inParallel(9, () => signIn(service, email)))).toEqual({ 403: 9 });
        for (let time = 0; time < 12; time++) expect((await signIn(service, email)).status).toBe(403);
      }
      expect(await failuresInAll()).toBe(before);
    });
  });
});
