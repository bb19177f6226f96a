import { describe, expect, it } from "vitest";
import { newOneTimeCode } from "../../../../src/core/crypto/one-time-code.ts";
import { attemptsOf, startWithProvider, status } from "../../../support/outbox.ts";
import { inParallel } from "../../../support/parallel.ts";
import { challengeOf, codeMailedTo, wrongCode } from "../../../support/second-factor.ts";
import { type Answer, createTestClock, type Service, startService } from "../../../support/service.ts";
import { allRows } from "../../../support/tables.ts";
import { mailTo, member, PASSWORD } from "../../../support/users.ts";

const MINUTE = 60_000;
/** One instant for every service here: they share the signing key that the first of them adds. */
const START = Date.now();
const start = (env: object = {}) =>
  startService({ env: { LOGIN_OTP: "always", ...env }, clock: createTestClock(START) });
const always = start();

/** The burst guard keeps real time, in which all of this is a burst. */
const limited = () => start({ RATE_LIMITS: "", BURST: undefined });

const finish = (service: Service, challengeId: string, code: string) =>
  service.post("/login/otp", { challengeId, code });

const resend = (service: Service, challengeId: string) => service.post("/login/otp/resend", { challengeId });

const codesTo = async (service: Service, email: string) =>
  (await mailTo(service, email)).filter((mail) => /^\d{6}$/m.test(mail.text)).length;

/** Whether the six digits stand anywhere by themselves, and not inside a longer number, id or hash. */
const holds = (text: string, code: string): boolean => new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text);

const said = ({ text, headers }: Answer): string => text + JSON.stringify([...headers]);

describe("a code of the second step", () => {
  it("is six digits, each as likely as any other in every place", () => {
    const samples = 50_000;
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    for (let sample = 0; sample < samples; sample++) {
      const code = newOneTimeCode();
      if (!/^\d{6}$/.test(code)) throw new Error(`not six digits: ${code}`);
      counts.forEach((place, at) => {
        place[Number(code[at])] = (place[Number(code[at])] ?? 0) + 1;
      });
    }
    const chiSquare = (observed: number[], total: number) =>
      observed.reduce((sum, count) => sum + (count - total / 10) ** 2 / (total / 10), 0);
    // Nine degrees of freedom: above 50 once in ten million. A byte modulo ten would be at 120.
    const all = counts[0]?.map((_, digit) => counts.reduce((sum, place) => sum + (place[digit] ?? 0), 0));
    expect(chiSquare(all ?? [], samples * 6)).toBeLessThan(50);
    for (const place of counts) expect(chiSquare(place, samples)).toBeLessThan(50);
  });

  it("is in the mail, and in no answer, no log line and no row in clear", async () => {
    // A provider that is out keeps the mail in the outbox, where it must be sealed.
    const { provider, service } = startWithProvider(createTestClock(START), { LOGIN_OTP: "always" });
    await provider.answer(status(503));
    const { email } = await member(always);
    const login = await service.post("/login", { email, password: PASSWORD });
    const { challengeId } = login.body.data;
    const again = await resend(service, challengeId);
    const codes = attemptsOf(await provider.requests()).map(({ text }) => /^\d{6}$/m.exec(text)?.[0] ?? "");
    expect(codes).toEqual([expect.stringMatching(/^\d{6}$/), expect.stringMatching(/^\d{6}$/)]);
    const code = codes[1] as string;
    const waiting = await allRows();
    expect(JSON.stringify(waiting.outbox)).toMatch(/"kind":"login_code","sealed":"[^"]{40,}"/);
    const wrong = await finish(service, challengeId, wrongCode(code));
    const right = await finish(service, challengeId, code);
    expect([wrong.status, right.status]).toEqual([400, 200]);
    const places = [login, again, wrong, right].map(said);
    places.push(JSON.stringify(service.log), JSON.stringify(waiting), JSON.stringify(await allRows()));
    expect(service.log).toHaveLength(4);
    for (const sent of codes) expect(places.filter((place) => holds(place, sent))).toEqual([]);
    // The search would have found it.
    expect(holds(JSON.stringify(await provider.requests()).replaceAll("\\n", " "), code)).toBe(true);
  });
});

describe("POST /login/otp", () => {
  describe("refuses", () => {
    const refused = async (service: Service, challengeId: string, code: string) => {
      const answer = await finish(service, challengeId, code);
      expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([
        400,
        "code_invalid",
        undefined,
      ]);
    };

    it("the code of somebody else's challenge, and a challenge that is not there", async () => {
      const [mine, theirs] = [await member(always), await member(always)];
      const own = await challengeOf(always, mine.email);
      const other = await challengeOf(always, theirs.email);
      await refused(always, other.challengeId, own.code);
      await refused(always, crypto.randomUUID(), own.code);
      expect((await finish(always, own.challengeId, own.code)).status).toBe(200);
    });

    it("a code that is ten minutes old, and one that was used", async () => {
      const clocked = start();
      const { email } = await member(clocked);
      const first = await challengeOf(clocked, email);
      clocked.clock.advance(10 * MINUTE - 1);
      expect((await finish(clocked, first.challengeId, first.code)).status).toBe(200);
      await refused(clocked, first.challengeId, first.code);
      const second = await challengeOf(clocked, email);
      clocked.clock.advance(10 * MINUTE);
      await refused(clocked, second.challengeId, second.code);
    });
  });
});

describe("POST /login/otp/resend", () => {
  it("mails a new code for the same challenge, and voids the earlier one", async () => {
    const { email } = await member(always);
    const { challengeId, code } = await challengeOf(always, email);
    expect((await resend(always, challengeId)).status).toBe(200);
    const second = await codeMailedTo(always, email);
    expect(second).not.toBe(code);
    expect((await finish(always, challengeId, code)).body.error?.code).toBe("code_invalid");
    expect((await finish(always, challengeId, second)).status).toBe(200);
  });

  it("sends once a minute and five times an hour, and leaves the code good when it does not send", async () => {
    const service = limited();
    const { email } = await member(service);
    const { challengeId, code } = await challengeOf(service, email);
    await resend(service, challengeId);
    expect(await codesTo(service, email)).toBe(1);
    const later = async (minutes: number) => {
      service.clock.advance(minutes * MINUTE);
      await inParallel(3, () => resend(service, challengeId));
      return codesTo(service, email);
    };
    expect(code).toBe(await codeMailedTo(service, email));
    expect([await later(1), await later(1), await later(1), await later(1)]).toEqual([2, 3, 4, 5]);
    expect([await later(1), await later(5)]).toEqual([5, 5]);
    expect((await finish(service, challengeId, await codeMailedTo(service, email))).status).toBe(200);
  });

  it("answers the same for a live, a used and an unknown challenge, at the same cost, and mails only the first", async () => {
    const { email } = await member(always);
    const used = await challengeOf(always, email);
    await finish(always, used.challengeId, used.code);
    const live = await challengeOf(always, email);
    const before = await codesTo(always, email);
    const answers = [
      await resend(always, used.challengeId),
      await resend(always, crypto.randomUUID()),
      await resend(always, live.challengeId),
    ];
    const shown = answers.map(({ status: code, text, headers }) => [code, text, [...headers.keys()]]);
    expect(new Set(shown.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    const work = always.log.slice(-3).map(({ d1, kv }) => `${d1} ${kv}`);
    expect(new Set(work).size).toBe(1);
    expect(await codesTo(always, email)).toBe(before + 1);
  });

  it("wakes no challenge that has run out", async () => {
    const service = start();
    const { email } = await member(service);
    const { challengeId } = await challengeOf(service, email);
    service.clock.advance(10 * MINUTE);
    await resend(service, challengeId);
    expect(await codesTo(service, email)).toBe(1);
  });
});

describe("POST /login", () => {
  it("sends five codes an hour, and then leaves the last one good", async () => {
    const service = limited();
    const { email } = await member(service);
    let last = await challengeOf(service, email);
    for (let sent = 1; sent < 5; sent++) last = await challengeOf(service, email);
    const sixth = await service.post("/login", { email, password: PASSWORD });
    expect([sixth.status, sixth.body.error?.code]).toEqual([429, "rate_limited"]);
    expect(Number(sixth.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await codesTo(service, email)).toBe(5);
    expect((await finish(service, last.challengeId, last.code)).status).toBe(200);
    service.clock.advance(60 * MINUTE);
    expect((await challengeOf(service, email)).code).toMatch(/^\d{6}$/);
  });
});
