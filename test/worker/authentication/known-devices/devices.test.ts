import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { keyedHash } from "../../../../src/core/crypto/keyed-hash.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { isKnownDevice } from "../../../support/known-devices.ts";
import { startSecondFactor } from "../../../support/one-time-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

const DAY = 24 * 60 * 60_000;
const service = startService();

beforeAll(async () => void (await registerAndLogIn(service)));

type Device = { id: string; current: boolean; userAgent: string | null; ip: string | null };

const signIn = async (email: string, deviceToken?: string, userAgent = "Lynx/2") =>
  (
    await service.call("POST", "/api/auth/login", { email, password: PASSWORD, deviceToken }, undefined, {
      "User-Agent": userAgent,
      "CF-Connecting-IP": "192.0.2.7",
    })
  ).body.data as { token: string; deviceToken: string };

const devicesOf = async (token: string): Promise<Device[]> =>
  (await service.get("/me/devices", token)).body.data;
const forget = (id: string, token: string) =>
  service.call("DELETE", `/api/auth/me/devices/${id}`, undefined, token);

describe("remembered devices", () => {
  it("lists each device once, with the current one, and forgets one of them at once", async () => {
    const { email } = await registerVerifiedUser(service);
    const first = await signIn(email);
    service.clock.advance(1000);
    const second = await signIn(email, undefined, "Netscape/4");
    service.clock.advance(1000);
    const again = await signIn(email, second.deviceToken, "Netscape/4");
    const devices = await devicesOf(again.token);
    expect(devices).toMatchObject([
      { userAgent: "Netscape/4", ip: "192.0.2.7", current: true },
      { userAgent: "Lynx/2", current: false },
    ]);
    expect(await isKnownDevice(service, email, first.deviceToken)).toBe(true);
    expect((await forget(devices[1]?.id ?? "", again.token)).status).toBe(200);
    expect(await isKnownDevice(service, email, first.deviceToken)).toBe(false);
    expect(await isKnownDevice(service, email, again.deviceToken)).toBe(true);
    // Only the device is forgotten.
    expect((await service.get("/me", first.token)).status).toBe(200);
    expectErrorResponse(await forget(devices[1]?.id ?? "", again.token), 404, "not_found");
  });

  it("keeps the id of a known device through a second factor", async () => {
    const always = startService({ env: { LOGIN_OTP: "always" }, clock: service.clock });
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = await signIn(email);
    const { challengeId, code } = await startSecondFactor(always, email, { deviceToken });
    expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
    expect(await devicesOf(token)).toHaveLength(1);
  });

  it("does not restore an earlier token of a forgotten device by a later sign-in", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = await signIn(email);
    const [device] = await devicesOf(token);
    await forget(device?.id ?? "", token);
    service.clock.advance(1000);
    await signIn(email, deviceToken);
    expect(await isKnownDevice(service, email, deviceToken)).toBe(false);
  });

  it("forgets no device of another account", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = await signIn(email);
    const [device] = await devicesOf(token);
    const attacker = await registerAndLogIn(service);
    expectErrorResponse(await forget(device?.id ?? "", attacker.token), 404, "not_found");
    expect(await isKnownDevice(service, email, deviceToken)).toBe(true);
  });

  it("lists no device that a password change made unknown", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token } = await signIn(email);
    const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
    await service.post("/me/password", change, token);
    expect(await devicesOf(token)).toEqual([]);
  });

  it("deletes the devices with the account, and expired ones by the hourly job", async () => {
    const at = startService({ clock: createTestClock(service.clock.now()) });
    const { email, token } = await registerAndLogIn(at);
    const superuser = await signedInAs(at, "superuser");
    const id = await accountIdOf(email);
    const rows = (accountId: string) =>
      env.DB.prepare("SELECT count(*) AS n FROM known_devices WHERE account_id = ?")
        .bind(accountId)
        .first<number>("n");
    expect(await rows(id)).toBe(1);
    await at.post("/me/deactivate", { password: PASSWORD }, token);
    expect((await usersApiAs(at, superuser).call("DELETE", `/${id}`)).status).toBe(200);
    expect(await rows(id)).toBe(0);
    at.clock.advance(181 * DAY);
    await at.runCron("17 * * * *");
    expect(await rows(superuser.id)).toBe(0);
  });

  it("remembers the hundred devices that signed in last", async () => {
    const at = startService();
    const { email, token } = await registerAndLogIn(at);
    const id = await accountIdOf(email);
    const insert = env.DB.prepare("INSERT INTO known_devices VALUES (?, ?, null, null, ?, ?, ?, null)");
    const now = at.clock.now();
    await env.DB.batch(
      Array.from({ length: 105 }, (_, n) =>
        insert.bind(crypto.randomUUID(), id, now + n, now + n, now + DAY),
      ),
    );
    at.clock.advance(1000);
    await at.post("/login", { email, password: PASSWORD });
    const devices: Device[] = (await at.get("/me/devices", token)).body.data;
    expect(devices).toHaveLength(100);
    expect(
      await env.DB.prepare("SELECT count(*) AS n FROM known_devices WHERE account_id = ?")
        .bind(id)
        .first("n"),
    ).toBe(100);
  });

  it("accepts a device token from before the list of devices until the next reset", async () => {
    const { email } = await registerVerifiedUser(service);
    const root = (await createSecretRing((service.env as unknown as { AUTH_SECRET: string }).AUTH_SECRET))
      .current;
    const legacy = await new SignJWT({
      adr: await keyedHash(root, "device-address", email),
      known: service.clock.now(),
    })
      .setProtectedHeader({ alg: "HS256", typ: "device+jwt", kid: root.id })
      .setIssuer("http://gatehouse.test")
      .setAudience("http://gatehouse.test/device")
      .setSubject(crypto.randomUUID())
      .setIssuedAt(Math.floor(service.clock.now() / 1000))
      .setExpirationTime(Math.floor((service.clock.now() + DAY) / 1000))
      .sign(await root.hmacKey("device-token"));
    expect(await isKnownDevice(service, email, legacy)).toBe(true);
    const { token } = await signIn(email, legacy);
    expect(await devicesOf(token)).toHaveLength(2);
  });
});

describe("the pages of remembered devices", () => {
  it("forgets the current device by a click, so that the next sign-in there is one of an unknown device", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.visit("/account/devices");
    expect(page.text).toContain("This device");
    expect(browser.jar.has("__Host-gh_device")).toBe(true);
    const after = await browser.submit(page, { id: /name="id" value="([^"]+)"/.exec(page.text)?.[1] ?? "" });
    expect(after.text).toContain("No devices are remembered.");
    expect(browser.jar.has("__Host-gh_device")).toBe(false);
  });

  it("forgets the device at sign-out if the user asks for it", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    const devices = () =>
      env.DB.prepare("SELECT count(*) AS n FROM known_devices WHERE account_id = ?")
        .bind(id)
        .first<number>("n");
    const kept = await signedInPageBrowser(service, email);
    await kept.submit(await kept.visit("/sign-out"), { forgetDevice: "" });
    expect([await devices(), kept.jar.has("__Host-gh_device")]).toEqual([1, true]);
    const forgotten = openPageBrowser(service);
    await forgotten.submit(await forgotten.visit("/sign-in"), { email, password: PASSWORD });
    expect(await devices()).toBe(2);
    await forgotten.submit(await forgotten.visit("/sign-out"), { forgetDevice: "yes" });
    expect([await devices(), forgotten.jar.has("__Host-gh_device")]).toEqual([1, false]);
    const query = "SELECT details FROM audit_events WHERE account_id = ? AND type = 'device_forgotten'";
    const { results } = await env.DB.prepare(query).bind(id).all<{ details: string }>();
    expect(results.map(({ details }) => Object.keys(JSON.parse(details)))).toEqual([["deviceId"]]);
  });
});

describe("the notice of a new device", () => {
  const notices = async (at: Service, email: string) =>
    (await mailTo(at, email)).filter(({ subject }) => subject === "New sign-in to Gatehouse").length;

  it("does not depend on how long the audit log is kept", async () => {
    const at = startService({ env: { AUDIT_RETENTION_DAYS: "30" } });
    const { email } = await registerAndLogIn(at);
    at.clock.advance(200 * DAY);
    await at.runCron("17 * * * *");
    const events = env.DB.prepare("SELECT count(*) AS n FROM audit_events WHERE account_id = ?");
    expect(await events.bind(await accountIdOf(email)).first("n")).toBe(0);
    await at.post("/login", { email, password: PASSWORD });
    expect(await notices(at, email)).toBe(1);
  });

  it("is sent for one of two first sign-ins at the same time at most", async () => {
    const { email } = await registerVerifiedUser(service);
    await inParallel(2, () => service.post("/login", { email, password: PASSWORD }));
    expect(await notices(service, email)).toBe(1);
  });
});
