import { env } from "cloudflare:workers";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { OWN_AUDIENCE } from "../../../support/resources.ts";
import { startService } from "../../../support/service.ts";
import { registerAndLogIn } from "../../../support/users.ts";

beforeEach(resetStores);

const keyCount = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM signing_keys").first<{ n: number }>())?.n;

describe("the signing keys", () => {
  it("creates exactly one signing key for concurrent first requests", async () => {
    const isolates = Array.from({ length: 50 }, () => startService());
    const answers = await inParallel(50, (index) =>
      (isolates[index] as (typeof isolates)[0]).call("GET", "/.well-known/jwks.json"),
    );
    expect(statusCounts(answers)).toEqual({ 200: 50 });
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await keyCount()).toBe(1);
  });

  it("publishes only public members, which verify the tokens of a login", async () => {
    const service = startService();
    const { token } = await registerAndLogIn(service);
    const answer = await service.call("GET", "/.well-known/jwks.json");
    const keySet = JSON.parse(answer.text) as JSONWebKeySet;
    expect(keySet.keys).toHaveLength(1);
    expect(Object.keys(keySet.keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=600");
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keySet), {
      issuer: "http://gatehouse.test",
      audience: OWN_AUDIENCE,
      typ: "at+jwt",
      algorithms: ["ES256"],
    });
    expect(protectedHeader).toEqual({ alg: "ES256", kid: keySet.keys[0]?.kid, typ: "at+jwt" });
    expect(Object.keys(payload).sort()).toEqual(
      [
        "amr",
        "aud",
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
    const row = await env.DB.prepare("SELECT * FROM signing_keys").first<Record<string, string>>();
    expect(row?.sealed_private_jwk).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(JSON.stringify(row)).not.toContain('"d"');
  });

  it("creates a new signing key when AUTH_SECRET is replaced without AUTH_SECRET_PREVIOUS", async () => {
    const before = startService();
    const { token, email } = await registerAndLogIn(before);
    const after = startService({ env: { AUTH_SECRET: "another root secret of 32 bytes or more" } });
    // The old public key still verifies tokens; the old private key cannot be unsealed.
    expect((await after.get("/me", token)).status).toBe(200);
    await after.post("/forgot-password", { email });
    expect((await after.call("GET", "/.well-known/jwks.json")).status).toBe(200);
    expect(await keyCount()).toBe(2);
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
});
