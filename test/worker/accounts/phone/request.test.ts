import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import {
  newPhoneNumber,
  requestPhoneCode,
  smsMessagesTo,
  verifyPhoneNumber,
} from "../../../support/one-time-codes.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { mailTo, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
// The burst guard uses real time, in which these requests are a burst.
const LIMITED = {
  RATE_LIMITS: JSON.stringify({ phone: { limit: 100_000 }, text: { limit: 100_000 } }),
  BURST: undefined,
};
const START = Date.now();
const service = startService({ clock: createTestClock(START) });
const limited = startService({ clock: createTestClock(START), env: LIMITED });

const requestCode = (phone: unknown, token: string, by: Service = service) =>
  by.post("/me/phone", { phone }, token);
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
    it("texts a six-digit code and sets the number as unverified", async () => {
      const { token, email } = await registerAndLogIn(service);
      const phone = newPhoneNumber();
      const answer = await requestCode(phone, token);
      expect([answer.status, answer.body.data]).toEqual([
        200,
        { challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/), expiresIn: 600 },
      ]);
      const texts = await smsMessagesTo(service, phone);
      expect(texts).toMatchObject([{ channel: "sms", to: phone, subject: "", html: "" }]);
      expect(texts[0]?.text).toMatch(
        /^\d{6} is your code for Gatehouse\. It works once, and for 10 minutes\./,
      );
      expect(await phoneOf(token)).toEqual([phone, false]);
      expect(await noticesTo(email)).toEqual([]);
    });

    it("accepts a number with spaces, brackets and punctuation", async () => {
      const { token } = await registerAndLogIn(service);
      expect((await requestCode("+49 (170) 555-01.99", token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual(["+491705550199", false]);
    });

    it("stores a keyed hash of the code and never the code", async () => {
      const { token, email } = await registerAndLogIn(service);
      const { code, phone, challengeId } = await requestPhoneCode(service, token);
      const [row] = await challengesOf(email);
      expect(row).toMatchObject({ id: challengeId, phone, consumed_at: null });
      expect(row?.code_hash).toMatch(/^[\w-]{43}$/);
      const { mailbox_messages: _sent, ...stored } = await readAllRows();
      expect(JSON.stringify(stored)).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`));
    });

    it("keeps a verified number verified when it is requested again", async () => {
      const { token, email } = await registerAndLogIn(service);
      const phone = await verifyPhoneNumber(service, token);
      const before = (await noticesTo(email)).length;
      expect((await requestCode(phone, token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual([phone, true]);
      expect(await noticesTo(email)).toHaveLength(before);
    });

    it("removes the verification when a verified number is replaced and mails a notice", async () => {
      const { token, email } = await registerAndLogIn(service);
      await verifyPhoneNumber(service, token);
      const next = newPhoneNumber();
      expect((await requestCode(next, token)).status).toBe(200);
      expect(await phoneOf(token)).toEqual([next, false]);
      const [newest] = await noticesTo(email);
      expect(newest?.subject).toBe("Your phone number at Gatehouse was removed or changed");
      // Replacing an unverified number mails no notice.
      const before = (await noticesTo(email)).length;
      await requestCode(newPhoneNumber(), token);
      expect(await noticesTo(email)).toHaveLength(before);
    });

    it("voids the earlier code when a new one is requested", async () => {
      const { token, email } = await registerAndLogIn(service);
      const first = await requestPhoneCode(service, token);
      const second = await requestPhoneCode(service, token, first.phone);
      expect((await challengesOf(email)).map(({ id }) => id)).toEqual([second.challengeId]);
      const { phone: _, ...stale } = first;
      expectErrorResponse(await service.post("/me/phone/verify", stale, token), 400, "code_invalid");
    });

    it("gives the same response whether or not another account has the number", async () => {
      const [user, other] = [await registerAndLogIn(service), await registerAndLogIn(service)];
      const taken = await verifyPhoneNumber(service, user.token);
      const shapeOf = async (phone: string) => {
        const { status, headers, body } = await requestCode(phone, other.token);
        return [status, [...headers.keys()].sort(), body.message, Object.keys(body.data)];
      };
      expect(await shapeOf(taken)).toEqual(await shapeOf(newPhoneNumber()));
      expect(await phoneOf(user.token)).toEqual([taken, true]);
      expect(await verifyPhoneNumber(service, other.token, taken)).toBe(taken);
      expect(await phoneOf(user.token)).toEqual([taken, true]);
    });
  });

  describe("refuses", () => {
    it("refuses a country outside SMS_COUNTRIES before it sends or stores anything", async () => {
      const local = startService({ clock: service.clock, env: { SMS_COUNTRIES: "+49, +1" } });
      const { token } = await registerAndLogIn(local);
      const answer = await requestCode("+8801712345678", token, local);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["phone"]);
      expect(await phoneOf(token, local)).toEqual([null, false]);
      expect((await requestCode("+49 1520 1234567", token, local)).status).toBe(200);
    });

    it.each([
      "4155550123",
      "+0155550123",
      "+1415",
      "+1415555012345678",
      "+1415555012x",
      "+14155550123,+14155550124",
      "+1 415 555 0123\r\nTo: +14155550124",
      "tel:+14155550123;ext=5",
      "+1415555012³",
      "",
    ])("refuses the number %j with 400 and sends no text", async (typed) => {
      const { token } = await registerAndLogIn(service);
      const { outbox } = await readAllRows();
      const answer = await requestCode(typed, token);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["phone"]);
      expect((await readAllRows()).outbox).toEqual(outbox);
    });

    it("refuses to text a code without a session", async () => {
      const answer = await service.post("/me/phone", { phone: newPhoneNumber() });
      expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
    });

    it("answers 404 and changes nothing when text messages are off", async () => {
      const withoutSms = startService({ env: { SMS_PROVIDER: "off" } });
      const { token } = await registerAndLogIn(withoutSms);
      const before = await readAllRows();
      expectErrorResponse(await requestCode(newPhoneNumber(), token, withoutSms), 404, "not_found");
      expect(await readAllRows()).toEqual(before);
      // An existing number can still be removed.
      expect((await withoutSms.call("DELETE", "/api/auth/me/phone", undefined, token)).status).toBe(200);
    });
  });

  describe("abuse", () => {
    it("sends one text a minute and five an hour to one account and changes nothing over the limit", async () => {
      const { token, email } = await registerAndLogIn(limited);
      const { phone, challengeId, code } = await requestPhoneCode(limited, token);
      limited.clock.advance(20 * SECOND);
      const soon = await requestCode(newPhoneNumber(), token, limited);
      expectErrorResponse(soon, 429, "rate_limited");
      expect(soon.headers.get("Retry-After")).toBe("40");
      expect(await phoneOf(token, limited)).toEqual([phone, false]);
      // The sent code stays valid.
      const verified = await limited.post("/me/phone/verify", { challengeId, code }, token);
      expect(verified.status).toBe(200);
      for (let text = 2; text <= 5; text++) {
        limited.clock.advance(2 * MINUTE);
        expect((await requestCode(newPhoneNumber(), token, limited)).status).toBe(200);
      }
      limited.clock.advance(2 * MINUTE);
      await limited.post("/me/reauthenticate", { password: PASSWORD }, token);
      const before = await challengesOf(email);
      const sixth = await requestCode(newPhoneNumber(), token, limited);
      expectErrorResponse(sixth, 429, "rate_limited");
      expect(sixth.headers.get("Retry-After")).toBe("3600");
      expect(await challengesOf(email)).toEqual(before);
      limited.clock.advance(HOUR);
      expect((await requestCode(newPhoneNumber(), await newToken(email), limited)).status).toBe(200);
    });

    it("sends one text for nine parallel requests", async () => {
      const { token, email } = await registerAndLogIn(limited);
      const answers = await inParallel(9, () => requestCode(newPhoneNumber(), token, limited));
      expect(statusCounts(answers)).toEqual({ 200: 1, 429: 8 });
      const [challenge, ...others] = await challengesOf(email);
      expect(others).toEqual([]);
      expect(await phoneOf(token, limited)).toEqual([challenge?.phone, false]);
      expect(await smsMessagesTo(limited, challenge?.phone ?? "")).toHaveLength(1);
    });

    it("applies the send limit to one number across accounts", async () => {
      const phone = newPhoneNumber();
      const statuses: number[] = [];
      for (let account = 0; account < 8; account++) {
        const { token } = await registerAndLogIn(limited);
        if (account === 0) {
          await requestCode(phone, token, limited);
          continue;
        }
        // The second request within the first minute, the others every two minutes.
        if (account > 1) limited.clock.advance(2 * MINUTE);
        const answer = await requestCode(phone.replace("+1", "+1 "), token, limited);
        if (answer.status === 429) expect(await phoneOf(token, limited)).toEqual([null, false]);
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([429, 200, 200, 200, 200, 429, 429]);
      expect(await smsMessagesTo(limited, phone)).toHaveLength(5);
    });

    it("stops texts at SMS_HOURLY_CAP across accounts and still sends mail", async () => {
      const clock = createTestClock(START + 40 * 24 * HOUR);
      const capped = startService({ clock, env: { ...LIMITED, SMS_HOURLY_CAP: "2" } });
      const users = [];
      for (let user = 0; user < 3; user++) users.push(await registerAndLogIn(capped));
      const answers = await Promise.all(
        // Different clients, because each client has limits of its own.
        users.map(({ token }, at) =>
          capped.call("POST", "/api/auth/me/phone", { phone: newPhoneNumber() }, token, {
            "CF-Connecting-IP": `192.0.2.${at + 1}`,
          }),
        ),
      );
      expect(statusCounts(answers)).toEqual({ 200: 2, 429: 1 });
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body.error?.code).toBe("rate_limited");
      expect(refused?.headers.get("Retry-After")).toBe("3600");
      const [user] = users;
      await capped.post("/forgot-password", { email: user?.email });
      const [newest] = await mailTo(capped, user?.email ?? "");
      expect(newest?.subject).toBe("Choose a new password for Gatehouse");
    });
  });
});

/** The access token expires within the hour. */
const newToken = async (email: string): Promise<string> =>
  (await limited.post("/login", { email, password: PASSWORD })).body.data.token;
