import { describe, expect, it } from "vitest";
import { createMailProvider } from "../../src/messaging/email/providers.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import { received } from "../support/loopback/received.ts";
import { email, type ProviderCase } from "./mail-provider-case.ts";
import { cases } from "./mail-provider-cases.ts";
import { signatureOf } from "./sigv4.ts";

const NOON = Date.UTC(2026, 0, 31, 12);

/** The provider under test, with its host on loopback. */
function open(provider: ProviderCase, timeout = 5000) {
  const loopback = openLoopback();
  const { send } = createMailProvider(provider.settings(loopback.url), {
    mailbox: { store: async () => {} },
    sendEmailBinding: undefined,
    timeout,
    clock: { now: () => NOON },
  });
  return { ...loopback, send };
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
  const { url, send, answer: set, requests } = open(provider, timeout);
  await set(answer);
  return { url, outcome: await send(email), requests: await received(requests) };
}

describe.each(Object.entries(cases))("the mail provider %s", (_id, provider) => {
  describe("send", () => {
    it("sends a mail by one request in the provider's format", async () => {
      const { outcome, requests } = await sendOnce(provider, status(200));
      expect(outcome).toEqual({ outcome: "sent" });
      expect(requests).toHaveLength(1);
      const [request] = requests;
      if (request === undefined) throw new Error("no request");
      expect(request.method).toBe("POST");
      expect(request.path).toBe(provider.path);
      for (const [name, expected] of Object.entries(provider.headers)) {
        expect(request.headers[name]).toEqual(
          expected instanceof RegExp ? expect.stringMatching(expected) : expected,
        );
      }
      expect(await provider.read(request)).toMatchObject({
        from: provider.expectedFrom,
        to: provider.expectedTo,
        subject: email.subject,
        html: email.html,
        text: email.text,
        idempotencyKey: email.idempotencyKey,
        tracking: provider.expectedTracking,
      });
    });

    it("uses the same idempotency key for every attempt to send one mail", async () => {
      const { send, answer, requests } = open(provider);
      await answer(status(503), status(200));
      expect(await send(email)).toEqual({ outcome: "retry", reason: "http_503" });
      expect(await send(email)).toEqual({ outcome: "sent" });
      const keys = (await Promise.all((await requests()).map(provider.read))).map((m) => m.idempotencyKey);
      expect(keys).toEqual([email.idempotencyKey, email.idempotencyKey]);
    });

    it.each(["<html>proxy</html>", "", "[]", "null", "{"])(
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

    it("sends a mail whose sender has no name", async () => {
      const { send, requests } = open(provider);
      await send({ ...email, from: { name: null, address: "no-reply@example.com" } });
      expect(JSON.stringify((await requests())[0])).not.toContain("null");
    });
  });

  describe("send after an error", () => {
    it.each([400, 413, 422])("refuses a mail after the status %i", async (code) => {
      const { outcome, requests } = await sendOnce(provider, status(code));
      expect(outcome).toEqual({ outcome: "refused", reason: `http_${code}` });
      expect(requests).toHaveLength(1);
    });

    it.each([302, 401, 402, 403, 404, 408, 425, 429, 500, 503])(
      "retries a mail after the status %i, with one request for each attempt",
      async (code) => {
        const { outcome, requests } = await sendOnce(provider, status(code));
        expect(outcome).toEqual({ outcome: "retry", reason: `http_${code}` });
        expect(requests).toHaveLength(1);
      },
    );

    it("retries a mail after a timeout", async () => {
      const { outcome, requests } = await sendOnce(provider, { kind: "hang" }, SHORT_TIMEOUT_MS);
      expect(outcome).toEqual({ outcome: "retry", reason: "timeout" });
      expect(requests).toHaveLength(1);
    });

    it("retries a mail after a broken connection", async () => {
      const { outcome, requests } = await sendOnce(provider, { kind: "close" });
      expect(outcome).toEqual({ outcome: "retry", reason: "network" });
      expect(requests).toHaveLength(1);
    });
  });

  describe("send of hostile input", () => {
    it.each([
      ["the sender's name", { from: { ...email.from, name: "Acme\r\nBcc: eve@example.test" } }],
      ["the recipient", { to: "ada@example.test\nbcc: eve@example.test" }],
      ["the subject", { subject: "Hello\r\nBcc: eve@example.test" }],
      ["the key", { idempotencyKey: "key\r\nx-evil: 1" }],
    ])("makes no request if %s contains a control character", async (_name, change) => {
      const { send, requests } = open(provider);
      expect(await send({ ...email, ...change })).toEqual({ outcome: "refused", reason: "unsafe_header" });
      expect(await requests()).toEqual([]);
    });

    it("copies nothing of a response into the reason", async () => {
      const body = JSON.stringify({
        code: "x",
        name: "x",
        ErrorCode: 300,
        message: `${email.to} is unknown`,
      });
      const { outcome } = await sendOnce(provider, status(422, body));
      expect(outcome).toEqual({ outcome: "refused", reason: "http_422" });
    });
  });

  it.each(provider.specificResponses)(
    "returns $outcome for $name",
    async ({ status: code, body, outcome: expected }) => {
      const { outcome, requests } = await sendOnce(provider, status(code, body));
      expect(outcome.outcome).toBe(expected);
      expect(requests).toHaveLength(1);
    },
  );
});

describe("the request to ses", () => {
  const ses = cases.ses as ProviderCase;

  it("the request to SES has the signature that AWS computes from the received request", async () => {
    const { url, requests } = await sendOnce(ses, status(200));
    const [request] = requests;
    if (request === undefined) throw new Error("no request");
    const expected = await signatureOf(request, {
      path: new URL(url).pathname + request.path,
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      scope: ["20260131", "eu-west-1", "ses", "aws4_request"],
    });
    expect(request.headers.authorization).toContain(`Signature=${expected}`);
  });

  it("encodes a non-ASCII sender name for SES as words of at most 75 characters", async () => {
    const name = "Ünïcode Проверка 認証サービス 🔑🔐 и ещё немного слов";
    const { send, requests } = open(ses);
    await send({ ...email, from: { name, address: "no-reply@example.com" } });
    const sender = JSON.parse((await requests())[0]?.body ?? "{}").FromEmailAddress as string;
    const words = sender.replace(" <no-reply@example.com>", "").split(" ");
    expect(words.length).toBeGreaterThan(1);
    const decoded = words.map((word) => {
      expect(word).toMatch(/^=\?UTF-8\?B\?[A-Za-z0-9+/]+=*\?=$/);
      expect(word.length).toBeLessThanOrEqual(75);
      const bytes = Uint8Array.from(atob(word.slice(10, -2)), (byte) => byte.charCodeAt(0));
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    });
    expect(decoded.join("")).toBe(name);
  });
});
