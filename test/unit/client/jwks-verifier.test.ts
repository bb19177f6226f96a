import type { RequestListener } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import { createVerifier } from "../../../src/client/create-verifier.ts";
import { openIssuer } from "./issuer.ts";

// The tests move the client's clock. Timers are real, since the network is.
let offset = 0;
beforeEach(() => void vi.spyOn(clock, "now").mockImplementation(() => Date.now() + offset));
afterEach(() => {
  offset = 0;
  vi.restoreAllMocks();
});

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const pass = (ms: number): void => {
  offset += ms;
};
const UNAVAILABLE = { ok: false, reason: "unavailable" };
const INVALID = { ok: false, reason: "token_invalid" };

async function open() {
  const issuer = await openIssuer();
  // One verifier per token, as a Worker may create one per request.
  const verify = (token: string) => createVerifier({ issuer: issuer.url, audience: "web" }).verify(token);
  return { issuer, verify };
}

describe("key set cache", () => {
  it("fetches the key set once in ten minutes", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    for (let count = 0; count < 5; count += 1) expect(await verify(token)).toMatchObject({ ok: true });
    expect(issuer.requests()).toBe(1);
    pass(10 * MINUTE);
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(issuer.requests()).toBe(2);
  });

  it("fetches the key set once for an unknown kid and then not for 30 seconds", async () => {
    const { issuer, verify } = await open();
    expect(await verify(await issuer.token())).toMatchObject({ ok: true });
    await issuer.addKey("second");
    expect(await verify(await issuer.token("second"))).toMatchObject({ ok: true });
    expect(issuer.requests()).toBe(2);
    await issuer.addKey("third");
    for (let count = 0; count < 50; count += 1) {
      expect(await verify(await issuer.token(`unknown ${count}`, "first"))).toEqual(INVALID);
    }
    expect(await verify(await issuer.token("third"))).toEqual(INVALID);
    expect(issuer.requests()).toBe(2);
    pass(30 * SECOND);
    expect(await verify(await issuer.token("third"))).toMatchObject({ ok: true });
    expect(issuer.requests()).toBe(3);
  });

  it("rejects a token signed with another key than its kid names", async () => {
    const { issuer, verify } = await open();
    await issuer.addKey("second");
    expect(await verify(await issuer.token("second", "first"))).toEqual(INVALID);
  });

  it("uses the cached key set for one hour during an outage of the issuer", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    await verify(token);
    issuer.answerWith((_request, response) => void response.writeHead(503).end());
    pass(59 * MINUTE);
    expect(await verify(token)).toMatchObject({ ok: true });
    // An unknown kid may be a new key, which cannot be decided during the outage.
    expect(await verify(await issuer.token("new", "first"))).toEqual(UNAVAILABLE);
    pass(MINUTE);
    expect(await verify(token)).toEqual(UNAVAILABLE);
    issuer.answerWith();
    pass(2 * SECOND);
    expect(await verify(token)).toMatchObject({ ok: true });
  });

  const badResponses: Record<string, RequestListener> = {
    "an error": (_request, response) => void response.writeHead(500).end("{}"),
    "a redirect": (_request, response) => void response.writeHead(302, { Location: "/elsewhere" }).end(),
    "no JSON": (_request, response) => void response.end("<html>"),
    "no key set": (_request, response) => void response.end('{"keys": "none"}'),
    null: (_request, response) => void response.end("null"),
    "an empty set": (_request, response) => void response.end('{"keys": []}'),
    "keys of other kinds": (_request, response) =>
      void response.end(
        '{"keys": [null, 7, {"kty": "oct", "k": "AAAA", "kid": "first"}, {"kty": "RSA", "kid": "first"}]}',
      ),
    "an invalid key": (_request, response) =>
      void response.end('{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "first"}]}'),
    "an oversized body": (_request, response) =>
      void response.end(`{"keys": [], "pad": "${"x".repeat(100_000)}"}`),
    "a cut connection": (request) => void request.socket.destroy(),
  };
  it.each(Object.entries(badResponses))(
    "returns unavailable for %s and fetches again after two seconds",
    async (_name, listener) => {
      const { issuer, verify } = await open();
      const token = await issuer.token();
      issuer.answerWith(listener);
      const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
      expect(answers).toEqual(answers.map(() => UNAVAILABLE));
      expect(issuer.requests()).toBe(1);
      issuer.answerWith();
      expect(await verify(token)).toEqual(UNAVAILABLE);
      pass(2 * SECOND);
      expect(await verify(token)).toMatchObject({ ok: true });
    },
  );

  it("returns unavailable to every waiting call after the timeout", async () => {
    const { issuer, verify } = await open();
    expect(clock.timeoutMs).toBe(5 * SECOND);
    vi.spyOn(clock, "timeoutMs", "get").mockReturnValue(SECOND / 5);
    const token = await issuer.token();
    issuer.answerWith((_request, response) => void response.write('{"keys": ['));
    const answers = await Promise.all(Array.from({ length: 5 }, () => verify(token)));
    expect(answers).toEqual(answers.map(() => UNAVAILABLE));
    expect(issuer.requests()).toBe(1);
  });

  it("checks the expiry of a token with the client's clock", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    expect(await verify(token)).toMatchObject({ ok: true });
    pass(24 * 60 * MINUTE);
    expect(await verify(token)).toEqual({ ok: false, reason: "token_expired" });
  });
});

describe("createVerifier over HTTPS", () => {
  it("rejects the option strict at run time", async () => {
    const { issuer } = await open();
    const verifier = createVerifier({ issuer: issuer.url, audience: "web" });
    const verify = verifier.verify as (token: unknown, options?: unknown) => Promise<unknown>;
    expect(await verify(await issuer.token(), { strict: true })).toEqual({
      ok: false,
      reason: "bad_request",
    });
    expect(await verify(undefined)).toEqual({ ok: false, reason: "bad_request" });
    expect(issuer.requests()).toBe(0);
  });

  it.each([
    "http://auth.example.com",
    "https://auth.example.com/",
    "https://auth.example.com/base",
    "https://user@auth.example.com",
    "auth.example.com",
    "file:///etc",
    "",
  ])("throws for the issuer %j", (issuer) => {
    expect(() => createVerifier({ issuer, audience: "web" })).toThrow(/issuer/);
  });

  it("throws without an audience, and for a binding verifier without a binding", () => {
    expect(() => createVerifier({ issuer: "https://auth.example.com", audience: "" })).toThrow(/audience/);
    expect(() => createVerifier({ binding: undefined as never })).toThrow(/binding/);
  });
});
