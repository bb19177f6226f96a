import { describe, expect, it } from "vitest";
import { newOneTimeCode } from "../../../../src/core/crypto/generate-one-time-code.ts";
import { inParallel } from "../../../support/assertions.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import { mailedCodeTo, startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { deliveryAttemptsOf, startWithProvider, status } from "../../../support/outbox.ts";
import { type ApiResponse, createTestClock, type Service, startService } from "../../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const MINUTE = 60_000;
/** Every service here starts at this instant, because they share the signing key of the first one. */
const START = Date.now();
const start = (env: object = {}) =>
  startService({ env: { LOGIN_OTP: "always", ...env }, clock: createTestClock(START) });
const always = start();

/** Without the burst guard, which uses real time and would refuse these requests as a burst. */
const limited = () => start({ RATE_LIMITS: "", BURST: undefined });

const verifyCode = (service: Service, challengeId: string, code: string) =>
  service.post("/login/otp", { challengeId, code });

const resend = (service: Service, challengeId: string) => service.post("/login/otp/resend", { challengeId });

const codeMailsTo = async (service: Service, email: string) =>
  (await mailTo(service, email)).filter((mail) => /^\d{6}$/m.test(mail.text)).length;

/** Whether the text has these six digits apart from a longer number, id or hash. */
const containsCode = (text: string, code: string): boolean =>
  new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text);

const responseText = ({ text, headers }: ApiResponse): string => text + JSON.stringify([...headers]);

describe("code of the second factor", () => {
  it("generates six digits with a uniform distribution in every position", () => {
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

  it("stores, logs and returns no code in clear, and only mails it", async () => {
    // A failing mail provider leaves the mail in the outbox, where it must be sealed.
    const { provider, service } = startWithProvider(createTestClock(START), { LOGIN_OTP: "always" });
    await provider.answer(status(503));
    const { email } = await registerVerifiedUser(always);
    const login = await service.post("/login", { email, password: PASSWORD });
    const { challengeId } = login.body.data;
    const resent = await resend(service, challengeId);
    const codes = deliveryAttemptsOf(await provider.requests()).map(
      ({ text }) => /^\d{6}$/m.exec(text)?.[0] ?? "",
    );
    expect(codes).toEqual([expect.stringMatching(/^\d{6}$/), expect.stringMatching(/^\d{6}$/)]);
    const code = codes[1] as string;
    const waiting = await readAllRows();
    expect(waiting.outbox).toContainEqual(
      expect.objectContaining({ kind: "login_code", sealed: expect.stringMatching(/^.{40,}$/) }),
    );
    const wrong = await verifyCode(service, challengeId, wrongCode(code));
    const right = await verifyCode(service, challengeId, code);
    expect([wrong.status, right.status]).toEqual([400, 200]);
    const places = [login, resent, wrong, right].map(responseText);
    places.push(JSON.stringify(service.log), JSON.stringify(waiting), JSON.stringify(await readAllRows()));
    expect(service.log).toHaveLength(4);
    for (const sent of codes) expect(places.filter((place) => containsCode(place, sent))).toEqual([]);
    // The same search finds the code in the requests to the mail provider.
    expect(containsCode(JSON.stringify(await provider.requests()).replaceAll("\\n", " "), code)).toBe(true);
  });
});

describe("POST /login/otp", () => {
  describe("refuses", () => {
    const expectRefused = async (service: Service, challengeId: string, code: string) => {
      const answer = await verifyCode(service, challengeId, code);
      expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([
        400,
        "code_invalid",
        undefined,
      ]);
    };

    it("refuses the code of another challenge, and an unknown challenge", async () => {
      const [first, second] = [await registerVerifiedUser(always), await registerVerifiedUser(always)];
      const own = await startSecondFactor(always, first.email);
      const other = await startSecondFactor(always, second.email);
      await expectRefused(always, other.challengeId, own.code);
      await expectRefused(always, crypto.randomUUID(), own.code);
      expect((await verifyCode(always, own.challengeId, own.code)).status).toBe(200);
    });

    it("refuses a code that is ten minutes old, and a used code", async () => {
      const service = start();
      const { email } = await registerVerifiedUser(service);
      const first = await startSecondFactor(service, email);
      service.clock.advance(10 * MINUTE - 1);
      expect((await verifyCode(service, first.challengeId, first.code)).status).toBe(200);
      await expectRefused(service, first.challengeId, first.code);
      const second = await startSecondFactor(service, email);
      service.clock.advance(10 * MINUTE);
      await expectRefused(service, second.challengeId, second.code);
    });
  });
});

describe("POST /login/otp/resend", () => {
  it("mails a new code for the same challenge and voids the earlier one", async () => {
    const { email } = await registerVerifiedUser(always);
    const { challengeId, code } = await startSecondFactor(always, email);
    expect((await resend(always, challengeId)).status).toBe(200);
    const second = await mailedCodeTo(always, email);
    expect(second).not.toBe(code);
    expect((await verifyCode(always, challengeId, code)).body.error?.code).toBe("code_invalid");
    expect((await verifyCode(always, challengeId, second)).status).toBe(200);
  });

  it("sends a code once a minute and five times an hour, and otherwise keeps the last code valid", async () => {
    const service = limited();
    const { email } = await registerVerifiedUser(service);
    const { challengeId, code } = await startSecondFactor(service, email);
    await resend(service, challengeId);
    expect(await codeMailsTo(service, email)).toBe(1);
    const later = async (minutes: number) => {
      service.clock.advance(minutes * MINUTE);
      await inParallel(3, () => resend(service, challengeId));
      return codeMailsTo(service, email);
    };
    expect(code).toBe(await mailedCodeTo(service, email));
    expect([await later(1), await later(1), await later(1), await later(1)]).toEqual([2, 3, 4, 5]);
    expect([await later(1), await later(5)]).toEqual([5, 5]);
    expect((await verifyCode(service, challengeId, await mailedCodeTo(service, email))).status).toBe(200);
  });

  it("gives the same response for a live, a used and an unknown challenge, and mails only the live one", async () => {
    const { email } = await registerVerifiedUser(always);
    const used = await startSecondFactor(always, email);
    await verifyCode(always, used.challengeId, used.code);
    const live = await startSecondFactor(always, email);
    const before = await codeMailsTo(always, email);
    const answers = [
      await resend(always, used.challengeId),
      await resend(always, crypto.randomUUID()),
      await resend(always, live.challengeId),
    ];
    const observable = answers.map(({ status: code, text, headers }) => [code, text, [...headers.keys()]]);
    expect(new Set(observable.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    const queries = always.log.slice(-3).map(({ d1, kv }) => `${d1} ${kv}`);
    expect(new Set(queries).size).toBe(1);
    expect(await codeMailsTo(always, email)).toBe(before + 1);
  });

  it("sends no new code for an expired challenge", async () => {
    const service = start();
    const { email } = await registerVerifiedUser(service);
    const { challengeId } = await startSecondFactor(service, email);
    service.clock.advance(10 * MINUTE);
    await resend(service, challengeId);
    expect(await codeMailsTo(service, email)).toBe(1);
  });
});

describe("POST /login", () => {
  it("sends five codes an hour, and then refuses with 429 and keeps the last code valid", async () => {
    const service = limited();
    const { email } = await registerVerifiedUser(service);
    let last = await startSecondFactor(service, email);
    for (let sent = 1; sent < 5; sent++) last = await startSecondFactor(service, email);
    const sixth = await service.post("/login", { email, password: PASSWORD });
    expect([sixth.status, sixth.body.error?.code]).toEqual([429, "rate_limited"]);
    expect(Number(sixth.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await codeMailsTo(service, email)).toBe(5);
    expect((await verifyCode(service, last.challengeId, last.code)).status).toBe(200);
    service.clock.advance(60 * MINUTE);
    expect((await startSecondFactor(service, email)).code).toMatch(/^\d{6}$/);
  });
});
