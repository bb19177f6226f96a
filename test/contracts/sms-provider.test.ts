import { describe, expect, it } from "vitest";
import { createSmsProvider } from "../../src/messaging/sms/providers.ts";
import type { SmsSettings } from "../../src/messaging/sms/settings.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import type { LoopbackAnswer, LoopbackRequest } from "../support/loopback/protocol.ts";
import { received } from "../support/loopback/received.ts";
import { message, type ProviderCase } from "./sms-provider-case.ts";
import { cases } from "./sms-provider-cases.ts";

/** The provider under test, with its host on loopback. */
function open(provider: Pick<ProviderCase, "settings">, timeout = 5000) {
  const loopback = openLoopback();
  const sms = createSmsProvider(provider.settings(loopback.url), {
    mailbox: { store: async () => {} },
    timeout,
  });
  if (sms === null) throw new Error("text messages are off");
  return { ...loopback, send: sms.send };
}

// Every response has a location header, to prove that no redirect is followed.
const headers = { location: "https://other.example.com/" };
const status = (code: number, body = "{}"): LoopbackAnswer => ({
  kind: "respond",
  status: code,
  headers,
  body,
});

/** Short for the test, and long enough for a request to arrive on a busy machine. */
const SHORT_TIMEOUT_MS = 1_000;

async function sendOnce(provider: ProviderCase, answer: LoopbackAnswer, timeout?: number) {
  const { send, answer: set, requests } = open(provider, timeout);
  await set(answer);
  return { outcome: await send(message), requests: await received(requests) };
}

function only(requests: readonly LoopbackRequest[]): LoopbackRequest {
  expect(requests).toHaveLength(1);
  const [request] = requests;
  if (request === undefined) throw new Error("no request");
  return request;
}

describe.each(Object.entries(cases))("the SMS provider %s", (_id, provider) => {
  describe("send", () => {
    it("sends a text message by one request in the provider's format", async () => {
      const { accepted } = provider;
      const { outcome, requests } = await sendOnce(provider, status(accepted.status, accepted.body));
      expect(outcome).toEqual({ outcome: "sent" });
      const request = only(requests);
      expect(request.method).toBe("POST");
      expect(request.path).toBe(provider.path);
      for (const [name, expected] of Object.entries(provider.headers)) {
        expect(request.headers[name]).toEqual(
          expected instanceof RegExp ? expect.stringMatching(expected) : expected,
        );
      }
      expect(provider.read(request)).toEqual({
        from: provider.expectedFrom,
        to: provider.expectedTo,
        text: message.text,
        reference: provider.expectedReference,
      });
    });

    it("sends the same request for every attempt to send one text message", async () => {
      const { send, answer, requests } = open(provider);
      await answer(status(503), status(provider.accepted.status, provider.accepted.body));
      expect(await send(message)).toEqual({ outcome: "retry", reason: "http_503" });
      expect(await send(message)).toEqual({ outcome: "sent" });
      const [first, second] = await requests();
      expect(second?.body).toBe(first?.body);
    });

    it.each(["<html>proxy</html>", "", "[]", "null", "{", '{"messages":{}}', '{"messages":[]}'])(
      "treats a 200 with the invalid body %j as sent, since a retry could send twice",
      async (body) => {
        const { outcome } = await sendOnce(provider, status(200, body));
        expect(outcome).toEqual({ outcome: "sent" });
      },
    );

    it("treats a 200 whose body never ends as sent", async () => {
      const { outcome } = await sendOnce(provider, { kind: "hang_in_body", status: 200 }, SHORT_TIMEOUT_MS);
      expect(outcome).toEqual({ outcome: "sent" });
    });

    it("does not read a huge response to its end", async () => {
      // If it were read, each body would change the outcome of its status.
      const padding = " ".repeat(2_000_000);
      const accepted = await sendOnce(provider, status(200, `${padding}${provider.refusedNumber.body}`));
      expect(accepted.outcome).toEqual({ outcome: "sent" });
      const failed = await sendOnce(provider, status(403, `${padding}${provider.refusedNumber.body}`));
      expect(failed.outcome).toEqual({ outcome: "retry", reason: "http_403" });
    });
  });

  describe("send after an error", () => {
    it("refuses a text message if the provider refuses its number", async () => {
      const { reason, ...answer } = provider.refusedNumber;
      const { outcome, requests } = await sendOnce(provider, status(answer.status, answer.body));
      expect(outcome).toEqual({ outcome: "refused", reason });
      expect(requests).toHaveLength(1);
    });

    it.each([400, 413, 422])("refuses a text message after the status %i", async (code) => {
      const { outcome, requests } = await sendOnce(provider, status(code));
      expect(outcome).toEqual({ outcome: "refused", reason: `http_${code}` });
      expect(requests).toHaveLength(1);
    });

    it("retries a throttled text message", async () => {
      const { reason, ...answer } = provider.throttled;
      const { outcome, requests } = await sendOnce(provider, status(answer.status, answer.body));
      expect(outcome).toEqual({ outcome: "retry", reason });
      expect(requests).toHaveLength(1);
    });

    it.each([302, 307, 401, 402, 403, 404, 408, 425, 429, 500, 503])(
      "retries a text message after the status %i, with one request for each attempt",
      async (code) => {
        const { outcome, requests } = await sendOnce(provider, status(code));
        expect(outcome).toEqual({ outcome: "retry", reason: `http_${code}` });
        expect(requests).toHaveLength(1);
      },
    );

    it("retries a text message after a timeout", async () => {
      const { outcome, requests } = await sendOnce(provider, { kind: "hang" }, SHORT_TIMEOUT_MS);
      expect(outcome).toEqual({ outcome: "retry", reason: "timeout" });
      expect(requests).toHaveLength(1);
    });

    it("retries a text message after a broken connection", async () => {
      const { outcome, requests } = await sendOnce(provider, { kind: "close" });
      expect(outcome).toEqual({ outcome: "retry", reason: "network" });
      expect(requests).toHaveLength(1);
    });
  });

  describe("send of hostile input", () => {
    it.each([
      "491701234567",
      "+49 170 1234567",
      "+491701234567,+14155550123",
      "+491701234567\n",
      "+49170123456\uff17",
      "whatsapp:+491701234567",
      "ada@example.test",
      "",
    ])("makes no request for the recipient %j, which is not one E.164 number", async (to) => {
      const { send, requests } = open(provider);
      expect(await send({ ...message, to })).toEqual({ outcome: "refused", reason: "number_malformed" });
      expect(await requests()).toEqual([]);
    });

    it.each([
      ["the text", { text: "Your code\u0000 is 012345" }],
      ["the text as a carriage return", { text: "Your code\r\nis 012345" }],
      ["the text as an escape", { text: "\u001b[2J012345" }],
      ["the key", { idempotencyKey: "key\r\nx-evil: 1" }],
      ["the key as a line feed", { idempotencyKey: "key\n" }],
    ])("makes no request if %s contains a control character", async (_name, change) => {
      const { send, requests } = open(provider);
      expect(await send({ ...message, ...change })).toEqual({ outcome: "refused", reason: "unsafe_text" });
      expect(await requests()).toEqual([]);
    });

    it("copies nothing of a response into the reason", async () => {
      const body = JSON.stringify({
        code: "evil",
        message: `${message.to} is unknown`,
        messages: [{ status: `7 ${message.to}` }],
      });
      const { outcome } = await sendOnce(provider, status(422, body));
      expect(outcome).toEqual({ outcome: "refused", reason: "http_422" });
      expect(JSON.stringify((await sendOnce(provider, status(200, body))).outcome)).not.toContain("4917");
    });
  });

  it.each(provider.specificResponses)(
    "returns $outcome for $name",
    async ({ status: code, body, ...expected }) => {
      const { outcome, requests } = await sendOnce(provider, status(code, body));
      const { outcome: kind, reason } = expected;
      expect(outcome).toEqual(reason === undefined ? { outcome: kind } : { outcome: kind, reason });
      expect(requests).toHaveLength(1);
    },
  );
});

/** The form fields of the request for this text with these settings. */
async function fieldsFor(settings: (apiBase: string) => SmsSettings, text = message.text) {
  const { send, requests } = open({ settings });
  await send({ ...message, text });
  return Object.fromEntries(new URLSearchParams(only(await requests()).body));
}

describe("the request to twilio", () => {
  const sid = `MG${"0123456789abcdef".repeat(2)}`;
  const from = (sender: string) => (apiBase: string) =>
    ({ ...cases.twilio?.settings(apiBase), from: sender }) as SmsSettings<"twilio">;

  it("sends Twilio a messaging service instead of a number", async () => {
    expect(await fieldsFor(from(sid))).toEqual({
      MessagingServiceSid: sid,
      To: message.to,
      Body: message.text,
    });
  });

  it("sends Twilio a sender id as From", async () => {
    expect(await fieldsFor(from("MG Motors"))).toMatchObject({ From: "MG Motors" });
  });
});

describe("the request to vonage", () => {
  const settings = (apiBase: string) => cases.vonage?.settings(apiBase) as SmsSettings<"vonage">;

  it.each([
    ["text", "012345 is your code for Möbel & Co."],
    ["text", "Costs 5€ {or} [more]\n@example.com #1"],
    ["unicode", "012345 – your code"],
    ["unicode", "Ваш код 012345"],
    ["unicode", "🔑 012345"],
  ])("sends Vonage the type %j for the text: %s", async (type, text) => {
    expect(await fieldsFor(settings, text)).toMatchObject({ type, text });
  });

  it("sends Vonage a sender number without its plus", async () => {
    const numbered = (apiBase: string) => ({ ...settings(apiBase), from: "+14155550100" });
    expect(await fieldsFor(numbered)).toMatchObject({ from: "14155550100" });
  });
});
