import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { unseal } from "../../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";
import { phoneChallengeOf } from "../../support/phones.ts";
import { challengeOf } from "../../support/second-factor.ts";
import { type Answer, startService } from "../../support/service.ts";
import { member, PASSWORD, register, signedInMember, tokenMailedTo } from "../../support/users.ts";

const service = startService();

/** What goes with the challenges of this file: the digits, and who may answer. */
const codes = new Map<string, string>();
const owners = new Map<string, string>();

/** Everything in the service that takes a token of some kind, by the kind that it takes. */
const consumers: Record<string, (token: string) => Promise<Answer>> = {
  access: (token) => service.get("/me", token),
  "access, to sign out": (token) => service.post("/logout", undefined, token),
  refresh: (refreshToken) => service.post("/refresh", { refreshToken }),
  verify: (token) => service.post("/verify-email", { token }),
  "verify, to look": (token) => service.get(`/verify-email?token=${encodeURIComponent(token)}`),
  reset: (token) => service.post("/reset-password", { token, newPassword: "a brand new harbour" }),
  "login code": (challengeId) =>
    service.post("/login/otp", { challengeId, code: codes.get(challengeId) ?? "000000" }),
  "phone code": async (challengeId) =>
    service.post(
      "/me/phone/verify",
      { challengeId, code: codes.get(challengeId) ?? "000000" },
      owners.get(challengeId) ?? (await signedInMember(service)).token,
    ),
  "reset, to look": (token) => service.get(`/reset-password?token=${encodeURIComponent(token)}`),
};

/** A fresh token of each kind. */
const issuers: Record<string, () => Promise<string>> = {
  access: async () => (await signedInMember(service)).token,
  refresh: async () => (await signedInMember(service)).refreshToken,
  verify: async () => tokenMailedTo(service, (await register(service)).email),
  reset: async () => {
    const { email } = await member(service);
    await service.post("/forgot-password", { email });
    return tokenMailedTo(service, email);
  },
  "login code": async () => {
    const { email, token } = await signedInMember(service);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const { challengeId, code } = await challengeOf(service, email);
    codes.set(challengeId, code);
    owners.set(challengeId, token);
    return challengeId;
  },
  "phone code": async () => {
    const { token } = await signedInMember(service);
    const { challengeId, code } = await phoneChallengeOf(service, token);
    codes.set(challengeId, code);
    owners.set(challengeId, token);
    return challengeId;
  },
};

describe("every kind of token against every consumer of tokens", () => {
  for (const [kind, issue] of Object.entries(issuers)) {
    for (const [consumer, use] of Object.entries(consumers)) {
      const fits = consumer.split(",")[0] === kind;
      it(`${fits ? "takes" : "refuses"} a token of the kind "${kind}" where "${consumer}" is asked`, async () => {
        const { status } = await use(await issue());
        if (fits) expect(status).toBe(200);
        else expect([400, 401]).toContain(status);
      });
    }
  }
});

describe("a forged or altered access token gets 401", () => {
  let good: string;
  let claims: JWTPayload;
  let kid: string;
  let ownKey: CryptoKey;

  beforeAll(async () => {
    good = (await signedInMember(service)).token;
    claims = decodeJwt(good);
    kid = decodeProtectedHeader(good).kid as string;
    // The service's own key: what is refused below is refused for the claim, not for the signature.
    const row = await env.DB.prepare("SELECT sealed_private_jwk AS sealed FROM signing_keys WHERE kid = ?")
      .bind(kid)
      .first<{ sealed: string }>();
    const ring = await createSecretRing("a test's root secret, 32 bytes or more");
    const jwk = JSON.parse((await unseal(ring, "seal-signing-key", kid, row?.sealed ?? "")) ?? "{}");
    ownKey = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
    ]);
  });

  const sign = (payload: object, header: object = {}, key = ownKey) =>
    new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt", ...header })
      .sign(key);
  const refused = async (token: string) => {
    const answer = await service.get("/me", token);
    expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
  };

  it("but one that we sign with the same claims passes, so the cases below test what they say", async () => {
    expect((await service.get("/me", await sign(claims))).status).toBe(200);
  });

  it("of another issuer, audience or type", async () => {
    await refused(await sign({ ...claims, iss: "https://evil.example" }));
    await refused(await sign({ ...claims, aud: "somebody-else" }));
    await refused(await sign(claims, { typ: "JWT" }));
    await refused(await sign(claims, { typ: "rt+jwt" }));
    await refused(await sign(claims, { typ: undefined }));
  });

  it.each(["exp", "iat", "sub", "sid", "jti", "iss", "aud"])("without the claim %s", async (claim) => {
    await refused(await sign({ ...claims, [claim]: undefined }));
  });

  it("that names another account than its session's", async () => {
    const other = decodeJwt((await signedInMember(service)).token);
    await refused(await sign({ ...claims, sub: other.sub }));
    await refused(await sign({ ...claims, sid: crypto.randomUUID() }));
    await refused(await sign({ ...claims, sid: 7 }));
  });

  it("with alg none, HS256 under the public key, or a key that it brings along", async () => {
    const encode = (value: object) =>
      btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
    await refused(`${encode({ alg: "none", kid, typ: "at+jwt" })}.${encode(claims)}.`);
    const keySet = JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
    const publicKeyAsSecret = new TextEncoder().encode(JSON.stringify(keySet.keys[0]));
    const hmac = new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid, typ: "at+jwt" });
    await refused(await hmac.sign(publicKeyAsSecret));
    const foreign = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(foreign.publicKey);
    for (const trick of [
      { jwk },
      { jku: "https://evil.example/jwks.json" },
      { x5u: "https://evil.example/x.pem" },
    ]) {
      await refused(await sign(claims, trick, foreign.privateKey));
      await refused(await sign(claims, { ...trick, kid: undefined }, foreign.privateKey));
    }
    await refused(await sign(claims, { kid: "../../etc/passwd" }));
    const critical = new SignJWT(claims).setProtectedHeader({
      alg: "ES256",
      kid,
      typ: "at+jwt",
      crit: ["odd"],
      odd: 1,
    });
    await refused(await critical.sign(ownKey, { crit: { odd: true } }));
  });

  it("with one character changed, cut short, or not a token at all", async () => {
    const [head, body, signature = ""] = good.split(".");
    const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    await refused(`${head}.${body}.${flipped}`);
    await refused(`${head}.${body}`);
    await refused(`${head}.${body}.`);
    await refused("a.b.c");
    await refused(good.repeat(40));
    for (const header of ["", "Bearer", "Bearer ", `Basic ${good}`, `Bearer ${good} ${good}`, good]) {
      const answer = await service.call("GET", "/api/auth/me", undefined, undefined, {
        Authorization: header,
      });
      expect(answer.status).toBe(401);
    }
  });

  it("a refresh token signed with another secret, or without a sound generation", async () => {
    const { refreshToken } = await signedInMember(service);
    const payload = decodeJwt(refreshToken);
    const header = decodeProtectedHeader(refreshToken);
    const ring = await createSecretRing("a test's root secret, 32 bytes or more");
    const own = await ring.current.hmacKey("refresh-token");
    const signRefresh = (claimsOf: object, key: CryptoKey | Uint8Array = own) =>
      new SignJWT(claimsOf as JWTPayload)
        .setProtectedHeader({ alg: "HS256", typ: "rt+jwt", kid: header.kid as string })
        .sign(key);
    for (const gen of [0, -1, 1.5, "1", null, undefined, 2 ** 60]) {
      const answer = await service.post("/refresh", { refreshToken: await signRefresh({ ...payload, gen }) });
      expect([answer.status, answer.body.error?.code]).toEqual([401, "refresh_invalid"]);
    }
    const foreign = await signRefresh(payload, new Uint8Array(32));
    expect((await service.post("/refresh", { refreshToken: foreign })).status).toBe(401);
    // A generation that was never issued is no reuse: the session goes on.
    const future = await signRefresh({ ...payload, gen: 9 });
    expect((await service.post("/refresh", { refreshToken: future })).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(200);
  });
});
