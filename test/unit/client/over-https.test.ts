import type { RequestListener } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import { createVerifier } from "../../../src/client/create-verifier.ts";
import { openIssuer } from "./issuer.ts";

// The client's clock is ours to move; timers are real, for the network is.
let ahead = 0;
beforeEach(() => void vi.spyOn(clock, "now").mockImplementation(() => Date.now() + ahead));
afterEach(() => {
  ahead = 0;
  vi.restoreAllMocks();
});

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const pass = (ms: number): void => {
  ahead += ms;
};
const UNAVAILABLE = { ok: false, reason: "unavailable" };
const INVALID = { ok: false, reason: "token_invalid" };

async function open() {
  const issuer = await openIssuer();
  // A verifier for each token, as a Worker may do for each request.
  const verify = (token: string) => createVerifier({ issuer: issuer.url, audience: "web" }).verify(token);
  return { issuer, verify };
}

describe("the key set", () => {
  it("is read once for ten minutes, and then again", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    for (let asked = 0; asked < 5; asked += 1) expect(await verify(token)).toMatchObject({ ok: true });
    expect(issuer.asked()).toBe(1);
    pass(10 * MINUTE);
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(issuer.asked()).toBe(2);
  });

  it("is read once more for a kid that is new, and not again for half a minute", async () => {
    const { issuer, verify } = await open();
    expect(await verify(await issuer.token())).toMatchObject({ ok: true });
    await issuer.addKey("second");
    expect(await verify(await issuer.token("second"))).toMatchObject({ ok: true });
    expect(issuer.asked()).toBe(2);
    await issuer.addKey("third");
    for (let garbage = 0; garbage < 50; garbage += 1) {
      expect(await verify(await issuer.token(`garbage ${garbage}`, "first"))).toEqual(INVALID);
    }
    expect(await verify(await issuer.token("third"))).toEqual(INVALID);
    expect(issuer.asked()).toBe(2);
    pass(30 * SECOND);
    expect(await verify(await issuer.token("third"))).toMatchObject({ ok: true });
    expect(issuer.asked()).toBe(3);
  });

  it("gives a key for its own name alone", async () => {
    const { issuer, verify } = await open();
    await issuer.addKey("second");
    expect(await verify(await issuer.token("second", "first"))).toEqual(INVALID);
  });

  it("goes on for an hour while nobody answers, and no longer", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    await verify(token);
    issuer.answerWith((_request, response) => void response.writeHead(503).end());
    pass(59 * MINUTE);
    expect(await verify(token)).toMatchObject({ ok: true });
    // A kid that is not among them may be new: nobody can tell.
    expect(await verify(await issuer.token("new", "first"))).toEqual(UNAVAILABLE);
    pass(MINUTE);
    expect(await verify(token)).toEqual(UNAVAILABLE);
    issuer.answerWith();
    pass(2 * SECOND);
    expect(await verify(token)).toMatchObject({ ok: true });
  });

  const bad: Record<string, RequestListener> = {
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
    "a key that is none": (_request, response) =>
      void response.end('{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "first"}]}'),
    "more than anybody's keys": (_request, response) =>
      void response.end(`{"keys": [], "pad": "${"x".repeat(100_000)}"}`),
    "a cut connection": (request) => void request.socket.destroy(),
  };
  it.each(Object.entries(bad))(
    "is unavailable where the answer is %s; it is asked again soon",
    async (_name, listener) => {
      const { issuer, verify } = await open();
      const token = await issuer.token();
      issuer.answerWith(listener);
      const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
      expect(answers).toEqual(answers.map(() => UNAVAILABLE));
      expect(issuer.asked()).toBe(1);
      issuer.answerWith();
      expect(await verify(token)).toEqual(UNAVAILABLE);
      pass(2 * SECOND);
      expect(await verify(token)).toMatchObject({ ok: true });
    },
  );

  it("is unavailable where nothing comes in time, for everybody who waits", async () => {
    const { issuer, verify } = await open();
    expect(clock.patience).toBe(5 * SECOND);
    vi.spyOn(clock, "patience", "get").mockReturnValue(SECOND / 5);
    const token = await issuer.token();
    issuer.answerWith((_request, response) => void response.write('{"keys": ['));
    const answers = await Promise.all(Array.from({ length: 5 }, () => verify(token)));
    expect(answers).toEqual(answers.map(() => UNAVAILABLE));
    expect(issuer.asked()).toBe(1);
  });

  it("holds a token's own times to the same clock", async () => {
    const { issuer, verify } = await open();
    const token = await issuer.token();
    expect(await verify(token)).toMatchObject({ ok: true });
    pass(24 * 60 * MINUTE);
    expect(await verify(token)).toEqual({ ok: false, reason: "token_expired" });
  });
});

describe("a verifier over HTTPS", () => {
  it("cannot be asked strictly, whatever a compiler was told", async () => {
    const { issuer } = await open();
    const verifier = createVerifier({ issuer: issuer.url, audience: "web" });
    const verify = verifier.verify as (token: unknown, options?: unknown) => Promise<unknown>;
    expect(await verify(await issuer.token(), { strict: true })).toEqual({
      ok: false,
      reason: "bad_request",
    });
    expect(await verify(undefined)).toEqual({ ok: false, reason: "bad_request" });
    expect(issuer.asked()).toBe(0);
  });

  it.each([
    "http://auth.example.com",
    "https://auth.example.com/",
    "https://auth.example.com/base",
    "https://user@auth.example.com",
    "auth.example.com",
    "file:///etc",
    "",
  ])("is not made for the issuer %j", (issuer) => {
    expect(() => createVerifier({ issuer, audience: "web" })).toThrow(/issuer/);
  });

  it("is not made without an audience, nor a binding's without a binding", () => {
    expect(() => createVerifier({ issuer: "https://auth.example.com", audience: "" })).toThrow(/audience/);
    expect(() => createVerifier({ binding: undefined as never })).toThrow(/binding/);
  });
});
