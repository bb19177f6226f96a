import { describe, expect, it } from "vitest";
import { createMailProvider } from "../../src/messaging/email/providers.ts";
import { openLoopback } from "../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import { received } from "../support/loopback/received.ts";
import { email, type ProviderCase } from "./mail-provider-case.ts";
import { cases } from "./mail-provider-cases.ts";
import { signatureOf } from "./sigv4.ts";

const NOON = Date.UTC(2026, 0, 31, 12);

/** The provider under test, with its host on loopback and a short patience. */
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

// Every answer points elsewhere, to show that nothing follows.
const headers = { location: "https://elsewhere.example.com/" };
const status = (code: number, body = "{}"): LoopbackAnswer => ({
  kind: "respond",
  status: code,
  headers,
  body,
});

/** Milliseconds: short enough to wait for, and long enough for a request to arrive on a busy machine. */
const IMPATIENT = 1_000;

async function answered(provider: ProviderCase, answer: LoopbackAnswer, timeout?: number) {
  const { url, send, answer: set, requests } = open(provider, timeout);
  await set(answer);
  return { url, outcome: await send(email), requests: await received(requests) };
}

describe.each(Object.entries(cases))("the mail provider %s", (_id, provider) => {
  describe("succeeds", () => {
    it("asks in the provider's own words for exactly this mail, and once", async () => {
      const { outcome, requests } = await answered(provider, status(200));
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

    it("carries the same key on every attempt at one mail", async () => {
      const { send, answer, requests } = open(provider);
      await answer(status(503), status(200));
      expect(await send(email)).toEqual({ outcome: "retry", reason: "http_503" });
      expect(await send(email)).toEqual({ outcome: "sent" });
      const keys = (await Promise.all((await requests()).map(provider.read))).map((m) => m.idempotencyKey);
      expect(keys).toEqual([email.idempotencyKey, email.idempotencyKey]);
    });

    it.each(["<html>proxy</html>", "", "[]", "null", "{"])(
      "takes a 200 with the garbage body %j for sent, as a retry could be a second mail",
      async (body) => {
        const { outcome } = await answered(provider, status(200, body));
        expect(outcome).toEqual({ outcome: "sent" });
      },
    );

    it("takes a 200 whose body never ends for sent", async () => {
      const { outcome } = await answered(provider, { kind: "hang_in_body", status: 200 }, IMPATIENT);
      expect(outcome).toEqual({ outcome: "sent" });
    });

    it("sends a mail whose sender has no name", async () => {
      const { send, requests } = open(provider);
      await send({ ...email, from: { name: null, address: "no-reply@example.com" } });
      expect(JSON.stringify((await requests())[0])).not.toContain("null");
    });
  });

  describe("refuses", () => {
    it.each([400, 413, 422])("gives up a mail that is answered %i", async (code) => {
      const { outcome, requests } = await answered(provider, status(code));
      expect(outcome).toEqual({ outcome: "refused", reason: `http_${code}` });
      expect(requests).toHaveLength(1);
    });

    it.each([302, 401, 402, 403, 404, 408, 425, 429, 500, 503])(
      "keeps a mail that is answered %i, and asks only once",
      async (code) => {
        const { outcome, requests } = await answered(provider, status(code));
        expect(outcome).toEqual({ outcome: "retry", reason: `http_${code}` });
        expect(requests).toHaveLength(1);
      },
    );

    it("keeps a mail whose answer does not come in time", async () => {
      const { outcome, requests } = await answered(provider, { kind: "hang" }, IMPATIENT);
      expect(outcome).toEqual({ outcome: "retry", reason: "timeout" });
      expect(requests).toHaveLength(1);
    });

    it("keeps a mail whose connection breaks", async () => {
      const { outcome, requests } = await answered(provider, { kind: "close" });
      expect(outcome).toEqual({ outcome: "retry", reason: "network" });
      expect(requests).toHaveLength(1);
    });
  });

  describe("abuse", () => {
    it.each([
      ["the sender's name", { from: { ...email.from, name: "Acme\r\nBcc: eve@example.test" } }],
      ["the recipient", { to: "ada@example.test\nbcc: eve@example.test" }],
      ["the subject", { subject: "Hello\r\nBcc: eve@example.test" }],
      ["the key", { idempotencyKey: "key\r\nx-evil: 1" }],
    ])("makes no request when %s holds a control character", async (_where, change) => {
      const { send, requests } = open(provider);
      expect(await send({ ...email, ...change })).toEqual({ outcome: "refused", reason: "unsafe_header" });
      expect(await requests()).toEqual([]);
    });

    it("lets nothing of an answer into the reason", async () => {
      const body = JSON.stringify({
        code: "x",
        name: "x",
        ErrorCode: 300,
        message: `${email.to} is unknown`,
      });
      const { outcome } = await answered(provider, status(422, body));
      expect(outcome).toEqual({ outcome: "refused", reason: "http_422" });
    });
  });

  it.each(provider.ownAnswers)(
    "says $outcome to $name",
    async ({ status: code, body, outcome: expected }) => {
      const { outcome, requests } = await answered(provider, status(code, body));
      expect(outcome.outcome).toBe(expected);
      expect(requests).toHaveLength(1);
    },
  );
});

describe("the request to ses", () => {
  const ses = cases.ses as ProviderCase;

  it("carries the signature that AWS would compute from it as it received", async () => {
    const { url, requests } = await answered(ses, status(200));
    const [request] = requests;
    if (request === undefined) throw new Error("no request");
    const expected = await signatureOf(request, {
      path: new URL(url).pathname + request.path,
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      scope: ["20260131", "eu-west-1", "ses", "aws4_request"],
    });
    expect(request.headers.authorization).toContain(`Signature=${expected}`);
  });

  it("names a sender of another script in ASCII, by words of at most 75 characters", async () => {
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
