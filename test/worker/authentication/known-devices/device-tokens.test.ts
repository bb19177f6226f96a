import { env } from "cloudflare:workers";
import { type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import {
  readDeviceToken,
  signDeviceToken,
} from "../../../../src/authentication/known-devices/device-token.ts";
import { keyedHash } from "../../../../src/core/crypto/keyed-hash.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { isKnownDevice } from "../../../support/known-devices.ts";
import { startSecondFactor } from "../../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, newAddress, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService();
const always = startService({ env: { LOGIN_OTP: "always" }, clock: service.clock });
const ring = await createSecretRing("a test's root secret, 32 bytes or more");

const signIn = async (email: string, deviceToken?: string) =>
  (await service.post("/login", { email, password: PASSWORD, deviceToken })).body.data as {
    token: string;
    deviceToken: string;
  };

const addressHash = (email: string) => keyedHash(ring.current, "device-address", email);

/** A device token without a row, with changes, signed with the key of the service. */
async function signedToken(
  email: string,
  claims: JWTPayload = {},
  kid: string | undefined = ring.current.id,
) {
  const now = service.clock.now();
  const seconds = Math.floor(now / 1000);
  const token = new SignJWT({
    iss: "http://gatehouse.test",
    aud: "http://gatehouse.test/device",
    sub: crypto.randomUUID(),
    iat: seconds,
    exp: seconds + 3600,
    adr: await addressHash(email),
    known: now,
    ...claims,
  });
  return token
    .setProtectedHeader({ alg: "HS256", typ: "device+jwt", ...(kid === "" ? {} : { kid }) })
    .sign(await ring.current.hmacKey("device-token"));
}

describe("a device token that is signed with the key of the service", () => {
  it("makes the device known", async () => {
    const { email } = await registerVerifiedUser(service);
    expect(await isKnownDevice(service, email, await signedToken(email))).toBe(true);
  });

  it.each<[string, () => JWTPayload, string?]>([
    ["an instant that is no number", () => ({ known: String(service.clock.now()) })],
    ["an empty device id", () => ({ sub: "" })],
    ["the id of an unknown key", () => ({}), "unknown"],
    ["no id of a key", () => ({}), ""],
  ])("leaves the device unknown with %s", async (_what, claims, kid) => {
    const { email } = await registerVerifiedUser(service);
    expect(await isKnownDevice(service, email, await signedToken(email, claims(), kid))).toBe(false);
  });

  it("leaves the device unknown for every other address", async () => {
    const { email } = await registerVerifiedUser(service);
    const { email: other } = await registerVerifiedUser(service);
    expect(await isKnownDevice(service, email, await signedToken(other))).toBe(false);
  });

  it("is refused like any other for an address without an account", async () => {
    const email = newAddress();
    const answer = await service.post("/login", {
      email,
      password: PASSWORD,
      deviceToken: await signedToken(email),
    });
    expectErrorResponse(answer, 401, "invalid_credentials");
  });

  it("is not taken for an invalid one when the service itself fails", async () => {
    const deps = { clock: service.clock, settings: { publicUrl: "http://gatehouse.test" } };
    const device = { emailKey: newAddress(), deviceId: crypto.randomUUID(), knownSince: deps.clock.now() };
    const token = await signDeviceToken({ ...deps, secrets: ring }, { ...device, hasSignedIn: true });
    const hmacKey = () => Promise.reject(new Error("no key"));
    const secrets = { ...ring, find: () => ({ ...ring.current, hmacKey }) };
    await expect(readDeviceToken({ ...deps, secrets }, token)).rejects.toThrow("no key");
  });
});

describe("a forgotten device", () => {
  it("stays forgotten by its earlier token when a pending second factor creates its row again", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = await signIn(email);
    const challenge = await startSecondFactor(always, email, { deviceToken });
    const [device] = (await service.get("/me/devices", token)).body.data;
    service.clock.advance(1000);
    await service.call("DELETE", `/api/auth/me/devices/${device.id}`, undefined, token);
    const again = (await always.post("/login/otp", challenge)).body.data;
    const [restored] = (await service.get("/me/devices", again.token)).body.data;
    expect(restored.id).toBe(device.id);
    expect(await isKnownDevice(service, email, deviceToken)).toBe(false);
    expect(await isKnownDevice(service, email, again.deviceToken)).toBe(true);
  });

  it("is never one of another account, whatever device the session names", async () => {
    const { email: victim } = await registerVerifiedUser(service);
    const { deviceToken } = await signIn(victim);
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    await env.DB.prepare(
      "UPDATE sessions SET device_id = (SELECT id FROM known_devices WHERE account_id = ?) WHERE account_id = ?",
    )
      .bind(await accountIdOf(victim), await accountIdOf(email))
      .run();
    await browser.submit(await browser.visit("/sign-out"), { forgetDevice: "yes" });
    expect(await isKnownDevice(service, victim, deviceToken)).toBe(true);
  });
});
