import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openForge } from "./forge.ts";
import { type House, openHouse } from "./test-server.ts";
import { logIn, type SignedIn, signedIn } from "./users.ts";

let house: House;
let ada: SignedIn;
let forge: Awaited<ReturnType<typeof openForge>>;

beforeAll(async () => {
  house = await openHouse();
  ada = await signedIn(house);
  forge = await openForge(house, ada.token);
});
afterAll(() => house.close());

/** An origin of this machine where somebody was, and is no more. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const now = () => Math.floor(Date.now() / 1000);

/** Every way of asking, with whether it can know of a sign-out. */
const ways = {
  "over the binding": (tokens: string[], audience = "web") =>
    house.order({ binding: "AUTH", audience, tokens }),
  "over the binding, strictly": (tokens: string[], audience = "web") =>
    house.order({ binding: "AUTH", audience, strict: true, tokens }),
  "over JWKS": (tokens: string[], audience = "web") =>
    house.order({ issuer: house.issuer.url, audience, tokens }),
};

describe.each(Object.entries(ways))("a token %s", (name, ask) => {
  it("that is good says who is calling", async () => {
    const { sid, iat, exp } = decodeJwt(ada.token);
    expect(await ask([ada.token])).toEqual([
      {
        ok: true,
        session: {
          userId: ada.user.id,
          sessionId: sid,
          audience: "web",
          role: "user",
          email: ada.user.email,
          emailVerified: true,
          name: "Ada",
          amr: ["pwd"],
          issuedAt: iat,
          expiresAt: exp,
        },
      },
    ]);
  });

  it("that has expired is refused as such", async () => {
    const expired = await forge({ claims: { iat: now() - 100, exp: now() - 1 } });
    expect(await ask([expired])).toEqual([{ ok: false, reason: "token_expired" }]);
  });

  it("for another audience is refused, whichever of AUDIENCES it is", async () => {
    const { token } = await logIn(house, ada.user.email, "notes");
    expect(decodeJwt(token).aud).toBe("notes");
    const mismatch = { ok: false, reason: "audience_mismatch" };
    expect(await ask([token])).toEqual([mismatch]);
    expect(await ask([ada.token], "notes")).toEqual([mismatch]);
    expect(await ask([token], "notes")).toMatchObject([{ ok: true, session: { audience: "notes" } }]);
  });

  it("of any other kind, or forged, is refused", async () => {
    const foreign = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(foreign.publicKey);
    const [head, body, signature = ""] = ada.token.split(".");
    const unsigned = btoa(JSON.stringify({ alg: "none", typ: "at+jwt" })).replaceAll("=", "");
    const bad = {
      "a refresh token": ada.refreshToken,
      "an ID token": await forge({ header: { typ: "JWT" } }),
      "a device token": await forge({ header: { typ: "device+jwt" } }),
      "without a type": await forge({ header: { typ: undefined } }),
      "of another issuer": await forge({ claims: { iss: "https://evil.example" } }),
      "for several audiences": await forge({ claims: { aud: ["web", "notes"] } }),
      "without exp": await forge({ claims: { exp: undefined } }),
      "without sid": await forge({ claims: { sid: undefined } }),
      "without jti": await forge({ claims: { jti: undefined } }),
      "with a sub that is no text": await forge({ claims: { sub: 7 as never } }),
      "with a role that is none": await forge({ claims: { role: "owner" } }),
      "by a stranger's key": await forge({}, foreign.privateKey),
      "with its own key": await forge({ header: { jwk } }, foreign.privateKey),
      "with an unknown kid": await forge({ header: { kid: "nobody" } }),
      "without a kid": await forge({ header: { kid: undefined } }),
      unsigned: `${unsigned}.${body}.`,
      "with a space behind": `${ada.token} `,
      "with a line before": `\n${ada.token}`,
      "with padding": `${ada.token}=`,
      "with another signature": `${head}.${body}.${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`,
      "cut short": `${head}.${body}`,
      garbage: "garbage",
      empty: "",
      endless: "a".repeat(100_000),
    };
    const answers = await ask(Object.values(bad));
    const refused = Object.fromEntries(Object.keys(bad).map((kind, at) => [kind, answers[at].reason]));
    expect(refused).toEqual(Object.fromEntries(Object.keys(bad).map((kind) => [kind, "token_invalid"])));
  });

  it("whose session has ended is refused by all that can know of it", async () => {
    const { token } = await signedIn(house);
    await house.api("/api/auth/logout", {}, token);
    const [answer] = await ask([token]);
    if (name === "over JWKS") expect(answer).toMatchObject({ ok: true });
    else expect(answer).toEqual({ ok: false, reason: "session_ended" });
  });
});

describe("what it costs", () => {
  it("1,000 fast verifications over the binding ask D1 nothing, and KV once each", async () => {
    await ways["over the binding"]([ada.token]);
    house.clearLogs();
    for (let batch = 0; batch < 20; batch += 1) {
      const answers = await ways["over the binding"](Array.from({ length: 50 }, () => ada.token));
      expect(answers.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    }
    // Lines of the log arrive a moment after the answers.
    await expect.poll(() => house.calls().length, { timeout: 10_000 }).toBe(1000);
    const calls = house.calls();
    expect(calls.reduce((sum, { d1 }) => sum + d1, 0)).toBe(0);
    expect(calls.reduce((sum, { kv }) => sum + kv, 0)).toBe(1000);
  });

  it("a strict one asks D1 once, and KV nothing", async () => {
    house.clearLogs();
    await ways["over the binding, strictly"]([ada.token]);
    await expect.poll(() => house.calls()).toMatchObject([{ rpc: "verifyToken", ok: true, d1: 1, kv: 0 }]);
  });

  it("over JWKS the key set is fetched once, and once more for 50 requests with an unknown kid", async () => {
    // A consumer that has no keys yet: the tests above have had theirs.
    const fresh = await openHouse();
    try {
      const { token } = await signedIn(fresh);
      const order = { issuer: fresh.issuer.url, audience: "web" };
      const askAtOnce = (one: string) =>
        Promise.all(Array.from({ length: 50 }, () => fresh.order({ ...order, tokens: [one] })));
      for (let round = 0; round < 2; round += 1) {
        expect((await askAtOnce(token)).every(([{ ok }]) => ok)).toBe(true);
        expect(fresh.issuer.asked()).toBe(1);
      }
      const unknown = await (await openForge(fresh, token))({ header: { kid: "nobody" } });
      for (let round = 0; round < 2; round += 1) {
        const answers = await askAtOnce(unknown);
        expect(answers.every(([{ reason }]) => reason === "token_invalid")).toBe(true);
        expect(fresh.issuer.asked()).toBe(2);
      }
      expect((await askAtOnce(token)).every(([{ ok }]) => ok)).toBe(true);
      expect(fresh.issuer.asked()).toBe(2);
    } finally {
      await fresh.close();
    }
  }, 60_000);
});

describe("a Gatehouse that is not there", () => {
  it.each(["throws", "says nothing", "says yes", "says ok alone", "says ok with somebody else's session"])(
    "is unavailable when it %s",
    async (token) => {
      expect(await house.order({ binding: "BROKEN", tokens: [token] })).toEqual([
        { ok: false, reason: "unavailable" },
      ]);
    },
  );

  it("is unavailable when it hangs", async () => {
    expect(await house.order({ binding: "BROKEN", tokens: ["hangs"] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });

  it("is unavailable over JWKS when nobody is at the issuer's address", async () => {
    const issuer = await addressOfNobody();
    expect(await house.order({ issuer, audience: "web", tokens: [ada.token] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });

  it("is unavailable when the binding names no entrypoint", async () => {
    expect(await house.order({ binding: "NO_ENTRYPOINT", tokens: [ada.token] })).toEqual([
      { ok: false, reason: "unavailable" },
    ]);
  });
});
