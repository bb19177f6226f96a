import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MINUTE } from "../../../src/core/clock.ts";
import type { ProviderErrorKind } from "../../../src/core/provider-error.ts";
import { createClientKeySets } from "../../../src/oauth/client-authentication/client-key-sets.ts";

const KEYS = { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y", kid: "first" }] };
const answerKeys: RequestListener = (_request, response) => void response.end(JSON.stringify(KEYS));

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.restoreAllMocks();
});

/** A client's server on this machine, and the reader of its key set. */
async function open(
  listener: RequestListener = answerKeys,
  options: { readonly allowsLoopback?: boolean } = {},
) {
  const requests: string[] = [];
  let current = listener;
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    current(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const errors: ProviderErrorKind[] = [];
  const cache: Parameters<typeof createClientKeySets>[0]["cache"] = new Map();
  let now = Date.now();
  const keySets = createClientKeySets({
    clock: { now: () => now },
    cache,
    onError: (kind) => errors.push(kind),
    allowsLoopback: true,
    timeout: 200,
    ...options,
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ requests, errors, cache, origin },
    read: (path = "/jwks", maxAge = 5 * MINUTE) => keySets.read(`${origin}${path}`, maxAge),
    readUri: (uri: string) => keySets.read(uri, 5 * MINUTE),
    answerWith: (next: RequestListener) => {
      current = next;
    },
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe("the key set of a client", () => {
  it("is read once, until it is older than the caller accepts", async () => {
    const { read, requests, advance } = await open();
    expect([await read(), await read()]).toEqual([KEYS, KEYS]);
    expect(requests).toHaveLength(1);
    advance(10_000);
    await read("/jwks", 10_000);
    expect(requests).toHaveLength(2);
    advance(5 * MINUTE);
    await read();
    expect(requests).toHaveLength(3);
  });

  const failures: [string, ProviderErrorKind, RequestListener][] = [
    ["an error", "bad_status", (_request, response) => void response.writeHead(500).end("{}")],
    [
      "a redirect",
      "bad_status",
      (request, response) =>
        request.url === "/keys"
          ? answerKeys(request, response)
          : void response.writeHead(302, { Location: "/keys" }).end(JSON.stringify(KEYS)),
    ],
    ["no JSON", "bad_answer", (_request, response) => void response.end("<html>")],
    ["no key set", "bad_answer", (_request, response) => void response.end('{"keys": "none"}')],
    ["null", "bad_answer", (_request, response) => void response.end("null")],
    [
      "more than 64 KiB",
      "bad_answer",
      (_request, response) => void response.end(JSON.stringify({ ...KEYS, pad: "x".repeat(64 * 1024) })),
    ],
    ["a cut connection", "unreachable", (request) => void request.socket.destroy()],
    ["no answer in time", "timeout", () => undefined],
    [
      "a body that does not end",
      "timeout",
      (_request, response) => void response.writeHead(200).write('{"keys": ['),
    ],
  ];
  it.each(failures)(
    "is null for %s (%s), which is reported and remembered for 30 seconds",
    async (_name, kind, listener) => {
      const { read, errors, requests, answerWith, advance } = await open(listener);
      expect(await read()).toBeNull();
      answerWith(answerKeys);
      advance(29_999);
      expect(await read()).toBeNull();
      expect(errors).toEqual([kind]);
      expect(requests).toEqual(["/jwks"]);
      advance(1);
      expect(await read()).toEqual(KEYS);
    },
  );

  it("serves the known keys while its server fails to give newer ones", async () => {
    const { read, requests, answerWith, advance } = await open();
    await read();
    advance(10_000);
    answerWith((_request, response) => void response.writeHead(500).end());
    expect([await read("/jwks", 10_000), await read("/jwks", 10_000), await read()]).toEqual([
      null,
      null,
      KEYS,
    ]);
    expect(requests).toHaveLength(2);
  });

  it("may have 64 KiB", async () => {
    const text = JSON.stringify({ ...KEYS, pad: "" });
    const padded = JSON.stringify({ ...KEYS, pad: "x".repeat(64 * 1024 - text.length) });
    const { read } = await open((_request, response) => void response.end(padded));
    expect(await read()).toMatchObject(KEYS);
  });

  it("is waited for five seconds", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json(KEYS));
    const deps = { clock: Date, cache: new Map(), onError: () => undefined, allowsLoopback: false };
    expect(await createClientKeySets(deps).read("https://app.acme.com/jwks", 0)).toEqual(KEYS);
    expect(timeout).toHaveBeenCalledWith(5000);
  });

  it("of 200 URIs is kept", async () => {
    const { read, cache, requests, origin } = await open();
    for (let index = 0; index <= 200; index += 1) await read(`/${index}`);
    expect(cache.size).toBe(200);
    expect(cache.has(`${origin}/0`)).toBe(false);
    await read("/1");
    expect(requests).toHaveLength(201);
  });
});

describe("the URI of a key set", () => {
  it.each([
    "http://app.acme.com/jwks",
    "https://user@app.acme.com/jwks",
    "https://127.0.0.1/jwks",
    "https://10.0.0.1/jwks",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/jwks",
    "https://2130706433/jwks",
    "https://localhost/jwks",
    "https://keys.internal/jwks",
    "data:application/json,{}",
    "",
  ])("may not be %s", async (uri) => {
    const request = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json(KEYS));
    const { readUri, errors } = await open();
    expect(await readUri(uri)).toBeNull();
    expect(errors).toEqual(["bad_answer"]);
    expect(request).not.toHaveBeenCalled();
  });

  it("may be one of this machine in development only", async () => {
    const { read, requests } = await open(answerKeys, { allowsLoopback: false });
    expect(await read()).toBeNull();
    expect(requests).toEqual([]);
  });
});
