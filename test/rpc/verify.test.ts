import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorkers, type Workers } from "./start-workers.ts";
import { createTokenSigner } from "./token-signer.ts";
import { logIn, type SignedInUser, signedInUser } from "./users.ts";

let workers: Workers;
let ada: SignedInUser;
let sign: Awaited<ReturnType<typeof createTokenSigner>>;

beforeAll(async () => {
  workers = await startWorkers();
  ada = await signedInUser(workers);
  sign = await createTokenSigner(workers, ada.token);
});
afterAll(() => workers.close());

/** The origin of a server on loopback that has just closed. */
async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const now = () => Math.floor(Date.now() / 1000);

/** Verifies tokens by each kind of verifier. Only those over the binding learn of a sign-out. */
const verifiers = {
  "over the binding": (tokens: string[], audience = "web") =>
    workers.send({ binding: "AUTH", audience, tokens }),
  "over the binding, strict": (tokens: string[], audience = "web") =>
    workers.send({ binding: "AUTH", audience, strict: true, tokens }),
  "over JWKS": (tokens: string[], audience = "web") =>
    workers.send({ issuer: workers.issuer.url, audience, tokens }),
};

describe.each(Object.entries(verifiers))("createVerifier %s", (name, verify) => {
  it("returns the session of a valid access token", async () => {
    const { sid, iat, exp } = decodeJwt(ada.token);
    expect(await verify([ada.token])).toEqual([
      {
        ok: true,
        session: {
          userId: ada.user.id,
          sessionId: sid,
          audience: "web",
          clientId: "gatehouse",
          scope: [],
          role: "user",
          email: ada.user.email,
          emailVerified: true,
          name: "Ada",
          amr: ["pwd"],
          acr: "urn:gatehouse:acr:1fa",
          authTime: iat,
          issuedAt: iat,
          expiresAt: exp,
        },
      },
    ]);
  });

  it("refuses an expired token with token_expired", async () => {
    const expired = await sign({ claims: { iat: now() - 100, exp: now() - 1 } });
    expect(await verify([expired])).toEqual([{ ok: false, reason: "token_expired" }]);
  });

  it("refuses a token of another audience with audience_mismatch", async () => {
    const { token } = await logIn(workers, ada.user.email, "notes");
    expect(decodeJwt(token).aud).toBe("notes");
    const mismatch = { ok: false, reason: "audience_mismatch" };
    expect(await verify([token])).toEqual([mismatch]);
    expect(await verify([ada.token], "notes")).toEqual([mismatch]);
    expect(await verify([token], "notes")).toMatchObject([{ ok: true, session: { audience: "notes" } }]);
  });

  it("refuses forged and malformed tokens, and tokens of other types, with token_invalid", async () => {
    const foreignKey = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(foreignKey.publicKey);
    const [header, payload, signature = ""] = ada.token.split(".");
    const unsignedHeader = btoa(JSON.stringify({ alg: "none", typ: "at+jwt" })).replaceAll("=", "");
    const invalid = {
      "a refresh token": ada.refreshToken,
      "an ID token": await sign({ header: { typ: "JWT" } }),
      "a device token": await sign({ header: { typ: "device+jwt" } }),
      "without typ": await sign({ header: { typ: undefined } }),
      "of another issuer": await sign({ claims: { iss: "https://evil.example" } }),
      "for several audiences": await sign({ claims: { aud: ["web", "notes"] } }),
      "without exp": await sign({ claims: { exp: undefined } }),
      "without sid": await sign({ claims: { sid: undefined } }),
      "without jti": await sign({ claims: { jti: undefined } }),
      "with a sub that is a number": await sign({ claims: { sub: 7 as never } }),
      "with an unknown role": await sign({ claims: { role: "owner" } }),
      "signed by another key": await sign({}, foreignKey.privateKey),
      "with a jwk header and signed by that key": await sign({ header: { jwk } }, foreignKey.privateKey),
      "with an unknown kid": await sign({ header: { kid: "unknown" } }),
      "without a kid": await sign({ header: { kid: undefined } }),
      "unsigned with alg none": `${unsignedHeader}.${payload}.`,
      "with a trailing space": `${ada.token} `,
      "with a leading newline": `\n${ada.token}`,
      "with padding": `${ada.token}=`,
      "with another signature": `${header}.${payload}.${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`,
      "without a signature": `${header}.${payload}`,
      garbage: "garbage",
      empty: "",
      "100,000 characters long": "a".repeat(100_000),
    };
    const results = await verify(Object.values(invalid));
    const reasons = Object.fromEntries(
      Object.keys(invalid).map((kind, index) => [kind, results[index].reason]),
    );
    expect(reasons).toEqual(Object.fromEntries(Object.keys(invalid).map((kind) => [kind, "token_invalid"])));
  });

  it("refuses a token of an ended session with session_ended, unless it verifies by JWKS alone", async () => {
    const { token } = await signedInUser(workers);
    await workers.api("/api/auth/logout", {}, token);
    const [result] = await verify([token]);
    if (name === "over JWKS") expect(result).toMatchObject({ ok: true });
    else expect(result).toEqual({ ok: false, reason: "session_ended" });
  });
});

describe("storage reads of a verification", () => {
  it("reads KV once and D1 never for each of 1,000 fast verifications over the binding", async () => {
    await verifiers["over the binding"]([ada.token]);
    workers.clearLogs();
    for (let batch = 0; batch < 20; batch += 1) {
      const results = await verifiers["over the binding"](Array.from({ length: 50 }, () => ada.token));
      expect(results.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    }
    // Log lines arrive shortly after the responses.
    await expect.poll(() => workers.callLogs().length).toBe(1000);
    const lines = workers.callLogs();
    expect(lines.reduce((sum, { d1 }) => sum + d1, 0)).toBe(0);
    expect(lines.reduce((sum, { kv }) => sum + kv, 0)).toBe(1000);
  });

  it("reads D1 once and KV never for a strict verification", async () => {
    workers.clearLogs();
    await verifiers["over the binding, strict"]([ada.token]);
    await expect
      .poll(() => workers.callLogs())
      .toMatchObject([{ rpc: "verifyToken", ok: true, d1: 1, kv: 0 }]);
  });

  it("fetches the key set once over JWKS, and once more for 50 tokens with an unknown kid", async () => {
    // New Workers: the consumer of the tests above has already cached the key set.
    const newWorkers = await startWorkers();
    try {
      const { token } = await signedInUser(newWorkers);
      const command = { issuer: newWorkers.issuer.url, audience: "web" };
      const verifyConcurrently = (sameToken: string) =>
        Promise.all(Array.from({ length: 50 }, () => newWorkers.send({ ...command, tokens: [sameToken] })));
      for (let repeat = 0; repeat < 2; repeat += 1) {
        expect((await verifyConcurrently(token)).every(([{ ok }]) => ok)).toBe(true);
        expect(newWorkers.issuer.requestCount()).toBe(1);
      }
      const unknown = await (await createTokenSigner(newWorkers, token))({ header: { kid: "unknown" } });
      for (let repeat = 0; repeat < 2; repeat += 1) {
        const results = await verifyConcurrently(unknown);
        expect(results.every(([{ reason }]) => reason === "token_invalid")).toBe(true);
        expect(newWorkers.issuer.requestCount()).toBe(2);
      }
      expect((await verifyConcurrently(token)).every(([{ ok }]) => ok)).toBe(true);
      expect(newWorkers.issuer.requestCount()).toBe(2);
    } finally {
      await newWorkers.close();
    }
  });
});

describe("createVerifier during an outage of Gatehouse", () => {
  it.each([
    "throws",
    "returns undefined",
    "returns true",
    "returns ok without data",
    "returns another service's session",
  ])("returns unavailable when the service %s", async (outage) => {
    expect(await workers.send({ binding: "BROKEN", tokens: [outage] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });

  it("returns unavailable when the service hangs", async () => {
    expect(await workers.send({ binding: "BROKEN", tokens: ["hangs"] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });

  it("returns unavailable over JWKS when the issuer refuses the connection", async () => {
    const issuer = await closedOrigin();
    expect(await workers.send({ issuer, audience: "web", tokens: [ada.token] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });

  it("returns unavailable when the binding names no entrypoint", async () => {
    expect(await workers.send({ binding: "NO_ENTRYPOINT", tokens: [ada.token] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });
});
