import { env } from "cloudflare:workers";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../../src/core/clock.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { createKeyRing, emptyKeyCache } from "../../../../src/sessions/signing-keys/key-ring.ts";
import type { SigningAlg } from "../../../../src/sessions/signing-keys/signing-key.ts";
import { type SigningKeyStore, signingKeyStore } from "../../../../src/sessions/signing-keys/store.ts";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { type Service, startService } from "../../../support/service.ts";
import { registerAndLogIn } from "../../../support/users.ts";

beforeEach(resetStores);

const keyCounts = async () =>
  (
    await env.DB.prepare("SELECT alg, count(*) AS n FROM signing_keys GROUP BY alg ORDER BY alg").all<{
      alg: string;
      n: number;
    }>()
  ).results.map(({ alg, n }) => `${alg}: ${n}`);

/** The ES256 key, which signs access tokens. */
const accessTokenKey = ({ keys }: JSONWebKeySet) => keys.find(({ alg }) => alg === "ES256");

describe("the signing keys", () => {
  it("creates exactly one signing key of each algorithm for concurrent first requests", async () => {
    const isolates = Array.from({ length: 50 }, () => startService());
    const answers = await inParallel(50, (index) =>
      (isolates[index] as (typeof isolates)[0]).call("GET", "/.well-known/jwks.json"),
    );
    expect(statusCounts(answers)).toEqual({ 200: 50 });
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await keyCounts()).toEqual(["ES256: 1", "RS256: 1"]);
  });

  it("publishes only public members, which verify the tokens of a login", async () => {
    const service = startService();
    const { token } = await registerAndLogIn(service);
    const answer = await service.call("GET", "/.well-known/jwks.json");
    const keySet = JSON.parse(answer.text) as JSONWebKeySet;
    const members = keySet.keys.map((key) => [key.alg, Object.keys(key).sort()]);
    expect(Object.fromEntries(members)).toEqual({
      ES256: ["alg", "crv", "kid", "kty", "use", "x", "y"],
      RS256: ["alg", "e", "kid", "kty", "n", "use"],
    });
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=600");
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keySet), {
      issuer: "http://gatehouse.test",
      audience: "gatehouse",
      typ: "at+jwt",
      algorithms: ["ES256"],
    });
    expect(protectedHeader).toEqual({ alg: "ES256", kid: accessTokenKey(keySet)?.kid, typ: "at+jwt" });
    expect(Object.keys(payload).sort()).toEqual(
      [
        "acr",
        "amr",
        "aud",
        "auth_time",
        "client_id",
        "email",
        "email_verified",
        "exp",
        "iat",
        "iss",
        "jti",
        "name",
        "role",
        "sid",
        "sub",
      ].sort(),
    );
    expect(payload.amr).toEqual(["pwd"]);
  });

  it("stores the private key sealed", async () => {
    await startService().call("GET", "/.well-known/jwks.json");
    const { results } = await env.DB.prepare("SELECT * FROM signing_keys").all<Record<string, string>>();
    expect(results).toHaveLength(2);
    for (const row of results) {
      expect(row.sealed_private_jwk).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(JSON.stringify(row)).not.toContain('"d"');
    }
  });

  it("creates a new signing key when AUTH_SECRET is replaced without AUTH_SECRET_PREVIOUS", async () => {
    const before = startService();
    const { token, email } = await registerAndLogIn(before);
    const after = startService({ env: { AUTH_SECRET: "another root secret of 32 bytes or more" } });
    // The old public key still verifies tokens; the old private key cannot be unsealed.
    expect((await after.get("/me", token)).status).toBe(200);
    await after.post("/forgot-password", { email });
    expect((await after.call("GET", "/.well-known/jwks.json")).status).toBe(200);
    expect(await keyCounts()).toEqual(["ES256: 2", "RS256: 2"]);
  });

  it("reads D1 once for many tokens with unknown key ids", async () => {
    const service = startService();
    const { token } = await registerAndLogIn(service);
    const [, payload, signature] = token.split(".");
    const forged = (kid: string) =>
      `${btoa(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid })).replaceAll("=", "")}.${payload}.${signature}`;
    service.clock.advance(11_000);
    const answers = [];
    for (let index = 0; index < 20; index++) answers.push(await service.get("/me", forged(`kid-${index}`)));
    expect(statusCounts(answers)).toEqual({ 401: 20 });
    const reads = service.log.slice(-20).reduce((sum, line) => sum + line.d1, 0);
    expect(reads).toBe(1);
  });

  it("adds the RSA key of a deployment from before it: once, by the hourly rotation or by the first use", async () => {
    const service = startService();
    await service.call("GET", "/.well-known/jwks.json");
    await env.DB.prepare("DELETE FROM signing_keys WHERE alg = 'RS256'").run();
    const isolates = Array.from({ length: 20 }, () => startService({ clock: service.clock }));
    // The key set of an isolate that needs no RSA key does not create one.
    await isolates[0]?.call("GET", "/.well-known/jwks.json");
    expect(await keyCounts()).toEqual(["ES256: 1"]);
    const kids = await Promise.all(isolates.map(signingKeyOf));
    expect(new Set(kids).size).toBe(1);
    await env.DB.prepare("DELETE FROM signing_keys WHERE alg = 'RS256'").run();
    await Promise.all(isolates.slice(0, 5).map((isolate) => isolate.runCron(EVERY_HOUR)));
    expect(await keyCounts()).toEqual(["ES256: 1", "RS256: 1"]);
  });

  it("verifies with a key of the required algorithm alone", async () => {
    const service = startService();
    const keyRing = keyRingOf(service);
    const { kid } = await keyRing.signingKey("RS256");
    expect([
      await keyRing.verificationKey(kid, "RS256"),
      await keyRing.verificationKey(kid, "ES256"),
    ]).toEqual([expect.objectContaining({ type: "public" }), null]);
  });
});

const keyRingOf = ({ clock }: Service) => {
  const signingKeys = signingKeyStore(openDatabase(env.DB, newMeter()));
  return {
    signingKey: async (alg: SigningAlg) => (await ring(signingKeys, clock)).signingKey(alg),
    verificationKey: async (kid: string, alg: SigningAlg) =>
      (await ring(signingKeys, clock)).verificationKey(kid, alg),
  };
};

const ring = async (signingKeys: SigningKeyStore, clock: Clock) =>
  createKeyRing({
    signingKeys,
    clock,
    secrets: await createSecretRing(Reflect.get(env, "AUTH_SECRET")),
    cache: emptyKeyCache(),
  });

const signingKeyOf = async (service: Service) => (await keyRingOf(service).signingKey("RS256")).kid;
