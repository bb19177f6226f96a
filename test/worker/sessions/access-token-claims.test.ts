import { env } from "cloudflare:workers";
import { decodeJwt, type JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { signAsService } from "../../support/sign-as-service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const service = startService();
const worker = createRpcCaller(service);
const INVALID = { ok: false, reason: "token_invalid" };

/** A valid token, and the answers of the fast mode to the same claims with changes, signed by the service's key. */
async function verifier() {
  const { email, token } = await registerAndLogIn(service);
  const verify = async (changes: object, options: object = {}) =>
    worker.call("verifyToken", await signAsService(token, changes as JWTPayload), options);
  return { email, token, verify };
}

describe("a claim that this service has not written so", () => {
  it.each([
    ["sub", 7],
    ["sid", 7],
    ["email", 7],
    ["client_id", undefined],
    ["client_id", 7],
    ["scope", 7],
    ["auth_time", "1"],
    ["auth_time", undefined],
    ["acr", undefined],
    ["email_verified", "true"],
    ["name", 7],
    ["role", "owner"],
    ["role", undefined],
    ["amr", "pwd"],
    ["amr", undefined],
    ["iat", undefined],
    ["exp", undefined],
  ])("makes an access token invalid, without a read of its session: %s = %j", async (claim, value) => {
    const { verify } = await verifier();
    expect(await verify({})).toMatchObject({ ok: true });
    expect(await verify({ [claim]: value })).toEqual(INVALID);
  });
});

describe("the reason why an access token is refused", () => {
  it("is the audience only if the token names another one", async () => {
    const { verify } = await verifier();
    expect(await verify({ aud: "another" })).toEqual({ ok: false, reason: "audience_mismatch" });
    expect(await verify({ aud: undefined })).toEqual(INVALID);
    expect(await verify({ iss: "https://evil.example" })).toEqual(INVALID);
  });

  it("is the expiry only of a token that is otherwise valid", async () => {
    const { token, verify } = await verifier();
    const { iat = 0 } = decodeJwt(token);
    expect(await verify({ exp: iat })).toEqual({ ok: false, reason: "token_expired" });
    expect(await verify({ exp: iat, iss: "https://evil.example" })).toEqual(INVALID);
  });
});

describe("the text of an access token", () => {
  /** Valid but for its length: a claim fills it. Null if no such text of base64url has that length. */
  async function tokenOfLength(valid: string, length: number): Promise<string | null> {
    for (let filler = Math.floor((length - valid.length) * 0.75) - 12; ; filler += 1) {
      const token = await signAsService(valid, { filler: "x".repeat(filler) });
      if (token.length >= length) return token.length === length ? token : null;
    }
  }

  it("has at most 8,192 characters", async () => {
    const { token } = await verifier();
    const [longest, next] = [await tokenOfLength(token, 8192), await tokenOfLength(token, 8193)];
    const tooLong = next ?? (await tokenOfLength(token, 8194));
    expect([longest?.length, (tooLong?.length ?? 0) <= 8194]).toEqual([8192, true]);
    expect((await service.get("/me", String(longest))).status).toBe(200);
    expect((await service.get("/me", String(tooLong))).status).toBe(401);
  });

  it("has no other spelling: neither padding nor white space", async () => {
    const { token } = await verifier();
    const [head, body, signature = ""] = token.split(".");
    expect(await worker.call("verifyToken", token)).toMatchObject({ ok: true });
    for (const spelling of [
      `${signature}==`,
      `${signature.slice(0, 9)} ${signature.slice(9)}`,
      `${signature}\n`,
    ])
      expect(await worker.call("verifyToken", `${head}.${body}.${spelling}`)).toEqual(INVALID);
  });
});

it("refuses an access token before its `nbf`, also in an isolate that has accepted it", async () => {
  const own = startService();
  const { token } = await registerAndLogIn(own);
  const later = await signAsService(token, { nbf: Math.floor(own.clock.now() / 1000) });
  expect((await own.get("/me", later)).status).toBe(200);
  own.clock.advance(-60_000);
  expect((await own.get("/me", token)).status).toBe(200);
  expect((await own.get("/me", later)).status).toBe(401);
});

describe("the strict mode of verifyToken", () => {
  it("refuses a token whose session belongs to another account", async () => {
    const { verify } = await verifier();
    const other = decodeJwt((await registerAndLogIn(service)).token);
    expect(await verify({ sub: other.sub }, { strict: true })).toEqual({
      ok: false,
      reason: "session_ended",
    });
  });

  it("returns whether the address is verified now, and not what the token says", async () => {
    const { email, token, verify } = await verifier();
    expect(decodeJwt(token).email_verified).toBe(true);
    const strict = { strict: true };
    expect(await verify({ email_verified: false }, strict)).toMatchObject({
      session: { emailVerified: true },
    });
    await env.DB.prepare("UPDATE accounts SET email_implied = 1 WHERE email = ?").bind(email).run();
    expect(await verify({}, strict)).toMatchObject({ session: { emailVerified: false } });
  });
});

it("refuses the tokens of a deactivated account, also if its session has not ended", async () => {
  const { email, token, verify } = await verifier();
  await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
  expect((await service.get("/me", token)).status).toBe(401);
  expect(await verify({}, { strict: true })).toEqual({ ok: false, reason: "session_ended" });
});
