import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { registerWithAuthenticator } from "../../../support/authenticators.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { registerWithPasskey, signInByPasskey } from "../../../support/passkeys.ts";
import { type Service, startService } from "../../../support/service.ts";
import { PASSWORD, registerAndLogIn } from "../../../support/users.ts";

// RFC 9470 §3: `acr` and `auth_time` of a token describe one authentication.

const HOUR = 3_600_000;
const service = startService({ env: { ACCESS_TOKEN_TTL: "7200", SECOND_FACTOR: "off" } });

const reauthenticate = (token: string, body: object) => service.post("/me/reauthenticate", body, token);

/** Whether the session may make sensitive changes. */
const isRecent = async (token: string) =>
  (await service.call("DELETE", "/api/auth/me/phone", undefined, token)).status === 200;

/** What the next access token of the session says. `authTime` in seconds after `since`. */
async function nextToken(at: Service, refreshToken: string, since: number) {
  const { acr, auth_time } = decodeJwt((await at.post("/refresh", { refreshToken })).body.data.token);
  return { acr, authTime: Number(auth_time) - Math.floor(since / 1000) };
}

describe("a reauthentication that proves less than the sign-in", () => {
  it("allows sensitive changes, and leaves the auth_time of a session by passkey", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const since = service.clock.now();
    const { token, refreshToken } = (await signInByPasskey(service, authenticator)).body.data;
    service.clock.advance(HOUR);
    expect(await isRecent(token)).toBe(false);
    expect((await reauthenticate(token, { password: PASSWORD })).status).toBe(200);
    expect(await isRecent(token)).toBe(true);
    expect(await nextToken(service, refreshToken, since)).toEqual({ acr: "phr", authTime: 0 });
  });

  it("moves it when it proves as much", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const since = service.clock.now();
    const { token, refreshToken } = (await signInByPasskey(service, authenticator)).body.data;
    service.clock.advance(HOUR);
    const { options } = (await service.post("/me/reauthenticate/options", undefined, token)).body.data;
    const assertion = await authenticator.get(options);
    expect((await reauthenticate(token, { factor: "passkey", assertion })).status).toBe(200);
    expect(await nextToken(service, refreshToken, since)).toEqual({ acr: "phr", authTime: 3600 });
  });

  it("moves it with password and authenticator, as the sign-in had them", async () => {
    const strict = startService({ clock: service.clock, env: { SECOND_FACTOR: "optional" } });
    const { email, authenticator } = await registerWithAuthenticator(strict);
    const since = strict.clock.now();
    service.clock.advance(30_000);
    const { challengeId } = (await strict.post("/login", { email, password: PASSWORD })).body.data;
    const signedIn = await strict.post("/login/otp", { challengeId, code: authenticator.code() });
    service.clock.advance(HOUR - 30_000);
    const { token, refreshToken } = signedIn.body.data;
    const fresh = (await strict.post("/refresh", { refreshToken })).body.data;
    const body = { factor: "totp", code: authenticator.code(), password: PASSWORD };
    expect((await strict.post("/me/reauthenticate", body, fresh.token)).status, token).toBe(200);
    const two = "urn:gatehouse:acr:2fa";
    expect(await nextToken(strict, fresh.refreshToken, since)).toEqual({ acr: two, authTime: 3600 });
  });
});

it.each([
  ["totp,passkey", "urn:gatehouse:acr:1fa", "pwd otp"],
  ["totp,email_otp", "urn:gatehouse:acr:2fa", "pwd otp mfa"],
])(
  "a mailed code beside the password where SECOND_FACTORS is %s makes the acr %s",
  async (kinds, acr, amr) => {
    const at = startService({
      clock: service.clock,
      env: { SECOND_FACTORS: kinds, SECOND_FACTOR: "optional" },
    });
    const { email, token, refreshToken } = await registerAndLogIn(at);
    const { challengeId } = (await at.post("/me/reauthenticate/code", {}, token)).body.data;
    const code = await mailedCodeTo(at, email);
    expect((await at.post("/me/reauthenticate/otp", { challengeId, code }, token)).status).toBe(200);
    expect(await nextToken(at, refreshToken, at.clock.now())).toMatchObject({ acr });
    const { sid } = decodeJwt(token);
    expect(await env.DB.prepare("SELECT amr FROM sessions WHERE id = ?").bind(sid).first("amr")).toBe(amr);
  },
);
