import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { newNumber, phoneChallengeOf, proveNumber, textsTo } from "../../../support/phones.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { allRows } from "../../../support/tables.ts";
import { mailTo, PASSWORD, signedInMember } from "../../../support/users.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
// The burst guard keeps real time, in which all of this is a burst.
const LIMITED = { RATE_LIMITS: JSON.stringify({ phone: { limit: 100_000 } }), BURST: undefined };
const START = Date.now();
const service = startService({ clock: createTestClock(START) });
const limited = startService({ clock: createTestClock(START), env: LIMITED });

const ask = (phone: unknown, token: string, by: Service = service) => by.post("/me/phone", { phone }, token);
const phoneOf = async (token: string, by: Service = service) => {
  const { phone, isPhoneVerified } = (await by.get("/me", token)).body.data;
  return [phone, isPhoneVerified];
};
const challengesOf = async (email: string) =>
  (
    await env.DB.prepare(
      "SELECT one_time_codes.* FROM one_time_codes JOIN accounts ON accounts.id = account_id WHERE email = ?",
    )
      .bind(email)
      .all<{ id: string; phone: string; code_hash: string; consumed_at: number | null }>()
  ).results;
const noticesTo = async (email: string, by: Service = service) =>
  (await mailTo(by, email)).filter(({ subject }) => subject.includes("hone number"));

describe("POST /me/phone", () => {
  describe("succeeds", () => {
    it("texts six digits to the number, which is the account's then, and not verified", async () => {
      const { token, email } = await signedInMember(service);
      const phone = newNumber();
      const answer = await ask(phone, token);
      expect([answer.status, answer.body.data]).toEqual([
        200,
        { challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/), expiresIn: 600 },
      ]);
      const texts = await textsTo(service, phone);
      expect(texts).toMatchObject([{ channel: "sms", to: phone, subject: "", html: "" }]);
      expect(texts[0]?.text).toMatch(
        /^\d{6} is your code for Gatehouse\. It works once, and for 10 minutes\./,
      );
      expect(await phoneOf(token)).toEqual([phone, false]);
      expect(await noticesTo(email)).toEqual([]);
    });

    it("reads a number as people type it", async () => {
      const { token } = await signedInMember(service);
      expect((await ask("+49 (170) 555-01.99", token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual(["+491705550199", false]);
    });

    it("keeps no code: what is stored is keyed, and bound to the challenge", async () => {
      const { token, email } = await signedInMember(service);
      const { code, phone, challengeId } = await phoneChallengeOf(service, token);
      const [row] = await challengesOf(email);
      expect(row).toMatchObject({ id: challengeId, phone, consumed_at: null });
      expect(row?.code_hash).toMatch(/^[\w-]{43}$/);
      const { mailbox_messages: _sent, ...stored } = await allRows();
      expect(JSON.stringify(stored)).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`));
    });

    it("leaves a verified number verified when it is asked for again", async () => {
      const { token, email } = await signedInMember(service);
      const phone = await proveNumber(service, token);
      const before = (await noticesTo(email)).length;
      expect((await ask(phone, token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual([phone, true]);
      expect(await noticesTo(email)).toHaveLength(before);
    });

    it("takes the verification with a number that is replaced, and tells the owner by mail", async () => {
      const { token, email } = await signedInMember(service);
      await proveNumber(service, token);
      const next = newNumber();
      expect((await ask(next, token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual([next, false]);
      const [newest] = await noticesTo(email);
      expect(newest?.subject).toBe("Your phone number at Gatehouse was removed or changed");
      // Of a number that was never verified there is no such news.
      const before = (await noticesTo(email)).length;
      await ask(newNumber(), token);
      expect(await noticesTo(email)).toHaveLength(before);
    });

    it("leaves one live code: a new one voids the earlier", async () => {
      const { token, email } = await signedInMember(service);
      const first = await phoneChallengeOf(service, token);
      const second = await phoneChallengeOf(service, token, first.phone);
      expect((await challengesOf(email)).map(({ id }) => id)).toEqual([second.challengeId]);
      const { phone: _, ...stale } = first;
      expectRefusal(await service.post("/me/phone/verify", stale, token), 400, "code_invalid");
    });

    it("answers alike whether or not somebody else has the number", async () => {
      const [one, other] = [await signedInMember(service), await signedInMember(service)];
      const taken = await proveNumber(service, one.token);
      const shapeOf = async (phone: string) => {
        const { status, headers, body } = await ask(phone, other.token);
        return [status, [...headers.keys()].sort(), body.message, Object.keys(body.data)];
      };
      expect(await shapeOf(taken)).toEqual(await shapeOf(newNumber()));
      expect(await phoneOf(one.token)).toEqual([taken, true]);
      expect(await proveNumber(service, other.token, taken)).toBe(taken);
      expect(await phoneOf(one.token)).toEqual([taken, true]);
    });
  });

  describe("refuses", () => {
    it("a country that is not among SMS_COUNTRIES, before anything is sent or stored", async () => {
      const local = startService({ clock: service.clock, env: { SMS_COUNTRIES: "+49, +1" } });
      const { token } = await signedInMember(local);
      const answer = await ask("+8801712345678", token, local);
      expectRefusal(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["phone"]);
      expect(await phoneOf(token, local)).toEqual([null, false]);
      expect((await ask("+49 1520 1234567", token, local)).status).toBe(200);
    });

    it.each([
      "4155550123",
      "+0155550123",
      "+1415",
      "+1415555012345678",
      "+1415555012x",
      "+14155550123,+14155550124",
      "+1 415 555 0123\r\nTo: +14155550124",
      "+٣٤١٥٥٥٥٠١٢٣",
      "tel:+14155550123",
      "",
    ])("%j with 400, and texts nobody", async (typed) => {
      const { token } = await signedInMember(service);
      const { outbox } = await allRows();
      const answer = await ask(typed, token);
      expectRefusal(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["phone"]);
      expect((await allRows()).outbox).toEqual(outbox);
    });

    it("whoever has not signed in", async () => {
      const answer = await service.post("/me/phone", { phone: newNumber() });
      expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
    });

    it("everybody where text messages are off, and changes nothing", async () => {
      const mute = startService({ env: { SMS_PROVIDER: "off" } });
      const { token } = await signedInMember(mute);
      const before = await allRows();
      expectRefusal(await ask(newNumber(), token, mute), 404, "not_found");
      expect(await allRows()).toEqual(before);
      // A number from earlier days can still be taken off.
      expect((await mute.call("DELETE", "/api/auth/me/phone", undefined, token)).status).toBe(200);
    });
  });

  describe("abuse", () => {
    it("sends one text a minute and five an hour to one account, and changes nothing beyond", async () => {
      const { token, email } = await signedInMember(limited);
      const { phone, challengeId, code } = await phoneChallengeOf(limited, token);
      limited.clock.advance(20 * SECOND);
      const soon = await ask(newNumber(), token, limited);
      expectRefusal(soon, 429, "rate_limited");
      expect(soon.headers.get("Retry-After")).toBe("40");
      expect(await phoneOf(token, limited)).toEqual([phone, false]);
      // The code that was sent is as good as before.
      const verified = await limited.post("/me/phone/verify", { challengeId, code }, token);
      expect(verified.status).toBe(200);
      for (let text = 2; text <= 5; text++) {
        limited.clock.advance(2 * MINUTE);
        expect((await ask(newNumber(), token, limited)).status).toBe(200);
      }
      limited.clock.advance(2 * MINUTE);
      const before = await challengesOf(email);
      const sixth = await ask(newNumber(), token, limited);
      expectRefusal(sixth, 429, "rate_limited");
      expect(sixth.headers.get("Retry-After")).toBe("3600");
      expect(await challengesOf(email)).toEqual(before);
      limited.clock.advance(HOUR);
      expect((await ask(newNumber(), await freshToken(email), limited)).status).toBe(200);
    });

    it("sends one of nine texts that are asked for at once", async () => {
      const { token, email } = await signedInMember(limited);
      const answers = await inParallel(9, () => ask(newNumber(), token, limited));
      expect(statusCounts(answers)).toEqual({ 200: 1, 429: 8 });
      const [challenge, ...others] = await challengesOf(email);
      expect(others).toEqual([]);
      expect(await phoneOf(token, limited)).toEqual([challenge?.phone, false]);
      expect(await textsTo(limited, challenge?.phone ?? "")).toHaveLength(1);
    });

    it("sends as few to one number, however many accounts ask", async () => {
      const phone = newNumber();
      const statuses: number[] = [];
      for (let account = 0; account < 8; account++) {
        const { token } = await signedInMember(limited);
        if (account === 0) {
          await ask(phone, token, limited);
          continue;
        }
        // Within the minute after the first one, and then one every two minutes.
        if (account > 1) limited.clock.advance(2 * MINUTE);
        const answer = await ask(phone.replace("+1", "+1 "), token, limited);
        if (answer.status === 429) expect(await phoneOf(token, limited)).toEqual([null, false]);
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([429, 200, 200, 200, 200, 429, 429]);
      expect(await textsTo(limited, phone)).toHaveLength(5);
    });

    it("stops at the hour's cap on texts, whoever they are to, and mail goes on", async () => {
      const clock = createTestClock(START + 40 * 24 * HOUR);
      const capped = startService({ clock, env: { ...LIMITED, SMS_HOURLY_CAP: "2" } });
      const people = [];
      for (let person = 0; person < 3; person++) people.push(await signedInMember(capped));
      const answers = await Promise.all(people.map(({ token }) => ask(newNumber(), token, capped)));
      expect(statusCounts(answers)).toEqual({ 200: 2, 429: 1 });
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body.error?.code).toBe("rate_limited");
      expect(refused?.headers.get("Retry-After")).toBe("3600");
      const [one] = people;
      await capped.post("/forgot-password", { email: one?.email });
      const [newest] = await mailTo(capped, one?.email ?? "");
      expect(newest?.subject).toBe("Choose a new password for Gatehouse");
    });
  });
});

/** A session outlives the hour, its access token does not. */
const freshToken = async (email: string): Promise<string> =>
  (await limited.post("/login", { email, password: PASSWORD })).body.data.token;
