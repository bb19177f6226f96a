import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { unseal } from "../../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";
import { startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const service = startService();

describe("forged and altered tokens", () => {
  let valid: string;
  let claims: JWTPayload;
  let kid: string;
  let ownKey: CryptoKey;

  beforeAll(async () => {
    valid = (await registerAndLogIn(service)).token;
    claims = decodeJwt(valid);
    kid = decodeProtectedHeader(valid).kid as string;
    // The service's own key, so that the tests below fail on the claim and not on the signature.
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
  const expectRejected = async (token: string) => {
    const answer = await service.get("/me", token);
    expect([answer.status, answer.body.error?.code]).toEqual([401, "unauthorized"]);
  };

  it("accepts an access token that the test signs with valid claims and the service's key", async () => {
    expect((await service.get("/me", await sign(claims))).status).toBe(200);
  });

  it("rejects an access token of another issuer, audience or type", async () => {
    await expectRejected(await sign({ ...claims, iss: "https://evil.example" }));
    await expectRejected(await sign({ ...claims, aud: "another-service" }));
    await expectRejected(await sign(claims, { typ: "JWT" }));
    await expectRejected(await sign(claims, { typ: "rt+jwt" }));
    await expectRejected(await sign(claims, { typ: undefined }));
  });

  it.each(["exp", "iat", "sub", "sid", "jti", "iss", "aud", "client_id", "auth_time", "acr", "amr", "role"])(
    "rejects an access token without the claim %s",
    async (claim) => {
      await expectRejected(await sign({ ...claims, [claim]: undefined }));
    },
  );

  it("rejects an access token whose account or session does not match", async () => {
    const other = decodeJwt((await registerAndLogIn(service)).token);
    await expectRejected(await sign({ ...claims, sub: other.sub }));
    await expectRejected(await sign({ ...claims, sid: crypto.randomUUID() }));
    await expectRejected(await sign({ ...claims, sid: 7 }));
  });

  it("rejects alg none, HS256 with the public key as secret, and keys from the header", async () => {
    const encode = (value: object) =>
      btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
    await expectRejected(`${encode({ alg: "none", kid, typ: "at+jwt" })}.${encode(claims)}.`);
    const keySet = JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
    const publicKeyAsSecret = new TextEncoder().encode(JSON.stringify(keySet.keys[0]));
    const hmac = new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid, typ: "at+jwt" });
    await expectRejected(await hmac.sign(publicKeyAsSecret));
    const foreign = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(foreign.publicKey);
    for (const header of [
      { jwk },
      { jku: "https://evil.example/jwks.json" },
      { x5u: "https://evil.example/x.pem" },
    ]) {
      await expectRejected(await sign(claims, header, foreign.privateKey));
      await expectRejected(await sign(claims, { ...header, kid: undefined }, foreign.privateKey));
    }
    await expectRejected(await sign(claims, { kid: "../../etc/passwd" }));
    const critical = new SignJWT(claims).setProtectedHeader({
      alg: "ES256",
      kid,
      typ: "at+jwt",
      crit: ["odd"],
      odd: 1,
    });
    await expectRejected(await critical.sign(ownKey, { crit: { odd: true } }));
  });

  it("rejects a changed, truncated or malformed access token", async () => {
    const [head, body, signature = ""] = valid.split(".");
    const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    await expectRejected(`${head}.${body}.${flipped}`);
    await expectRejected(`${head}.${body}`);
    await expectRejected(`${head}.${body}.`);
    await expectRejected("a.b.c");
    await expectRejected(valid.repeat(40));
    for (const header of ["", "Bearer", "Bearer ", `Basic ${valid}`, `Bearer ${valid} ${valid}`, valid]) {
      const answer = await service.call("GET", "/api/auth/me", undefined, undefined, {
        Authorization: header,
      });
      expect(answer.status).toBe(401);
    }
  });

  it("rejects a refresh token signed with another secret or with an invalid generation", async () => {
    const { refreshToken } = await registerAndLogIn(service);
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
    // A generation that was never issued is not reuse: the session stays live.
    const future = await signRefresh({ ...payload, gen: 9 });
    expect((await service.post("/refresh", { refreshToken: future })).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(200);
  });
});
