import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AccessTokenClaims } from "../../../src/sessions/access-token-claims.ts";
import {
  findVerifiedClaims,
  MAX_VERIFIED_TOKENS,
  rememberVerifiedToken,
  type VerifiedTokens,
} from "../../../src/sessions/verified-tokens.ts";

const ISSUER = "https://auth.example.test";
const claims: AccessTokenClaims = {
  kind: "user",
  accountId: "account",
  sessionId: "session",
  clientId: "gatehouse",
  audiences: ["web"],
  scope: [],
  role: "user",
  email: "ada@example.test",
  emailVerified: true,
  name: "Ada",
  amr: ["pwd"],
  acr: "urn:gatehouse:acr:1fa",
  authTime: 1000,
  isRestricted: false,
  issuedAt: 1000,
  expiresAt: 1900,
};

let key: CryptoKey;
let otherKey: CryptoKey;
let tokens: VerifiedTokens;

const newPublicKey = async () =>
  (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]))
    .publicKey;

beforeAll(async () => {
  key = await newPublicKey();
  otherKey = await newPublicKey();
});

beforeEach(() => {
  tokens = new Map();
  rememberVerifiedToken(tokens, "token", { claims, issuer: ISSUER, kid: "one", key });
});

type Requirements = Parameters<typeof findVerifiedClaims>[2];
const find = (change: Partial<Requirements> = {}) =>
  findVerifiedClaims(tokens, "token", {
    issuer: ISSUER,
    audiences: ["web"],
    now: 1899,
    verificationKey: async (kid) => (kid === "one" ? key : null),
    ...change,
  });

describe("a remembered token", () => {
  it("has its claims until the second of its expiry, and is then forgotten", async () => {
    expect(await find()).toEqual(claims);
    expect(await find({ now: 1900 })).toBeNull();
    expect(tokens.size).toBe(0);
  });

  it("is forgotten when its key is no longer published or was replaced", async () => {
    for (const published of [null, otherKey]) {
      rememberVerifiedToken(tokens, "token", { claims, issuer: ISSUER, kid: "one", key });
      expect(await find({ verificationKey: async () => published })).toBeNull();
      expect(tokens.size).toBe(0);
    }
  });

  it("has no claims for another audience or issuer, and keeps them for its own", async () => {
    expect(await find({ audiences: ["notes"] })).toBeNull();
    expect(await find({ audiences: [] })).toBeNull();
    expect(await find({ issuer: "https://other.example.test" })).toBeNull();
    expect(await find({ audiences: ["notes", "web"] })).toEqual(claims);
  });

  it("stays until so many others are remembered that it is the oldest of a full cache", async () => {
    for (let index = 1; index < MAX_VERIFIED_TOKENS; index += 1)
      rememberVerifiedToken(tokens, `token ${index}`, { claims, issuer: ISSUER, kid: "one", key });
    expect(await find()).toEqual(claims);
    rememberVerifiedToken(tokens, "one more", { claims, issuer: ISSUER, kid: "one", key });
    expect(await find()).toBeNull();
    expect(tokens.size).toBe(MAX_VERIFIED_TOKENS);
  });
});
