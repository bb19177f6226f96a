import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES } from "../../../../src/admin/audit-log/audit-event.ts";
import { createKey } from "../../../support/api-keys.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { addAuthenticator, createCodes, logInOnKnownDevice } from "../../../support/authenticators.ts";
import { administerClient } from "../../../support/client-administration.ts";
import { holderOf, newApp } from "../../../support/client-app.ts";
import { connectAndRevokeApp } from "../../../support/connected-apps.ts";
import { createDeviceClient, decide, pollDevice, startDevice } from "../../../support/devices.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import { authorizedCode, redeem } from "../../../support/oauth.ts";
import {
  markDeviceAsKnown,
  newPhoneNumber,
  requestPhoneCode,
  startSecondFactor,
  verifyPhoneNumber,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { addPasskey, signInByPasskey, tokenOnKnownDevice } from "../../../support/passkeys.ts";
import { recordEvents } from "../../../support/recorders.ts";
import { startService } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  administeredUser,
  logIn,
  newAddress,
  PASSWORD,
  registerAndVerify,
  registerVerifyAndLogIn,
  type SignedIn,
  tokenMailedTo,
} from "../../../support/users.ts";

type Row = { type: string; account_id: string; actor_id: string | null; ip: string | null; details: string };

const providers = openProviders();
const { EVENTS, points } = recordEvents();
const SIGN_UP_FIELDS = '[{"name":"company","type":"text","label":"Company"}]';
const service = startService({ env: { ...providers.variables, EVENTS, SIGN_UP_FIELDS } });
const from = { "CF-Connecting-IP": "203.0.113.9" };
const rows = async (): Promise<Row[]> =>
  (await env.DB.prepare("SELECT * FROM audit_events ORDER BY at, rowid").all<Row>()).results;

/** Causes every audit event of one account, except those of an admin action. */
async function causeEveryEvent(): Promise<string> {
  const { email, token, refreshToken } = await registerVerifyAndLogIn(service);
  const write = (method: string, path: string, body?: unknown, as = token) =>
    service.call(method, `/api/auth${path}`, body, as, from);
  await write("PATCH", "/me", { name: "Grace" });
  await write("POST", "/me/sign-up-answers", { fields: { company: "Acme" } });
  await markDeviceAsKnown(token);
  await write("POST", "/me/otp", { enabled: true, password: PASSWORD });
  await write("POST", "/me/otp", { enabled: false, password: PASSWORD });
  await verifyPhoneNumber(service, token);
  await write("DELETE", "/me/phone");
  // The test clock does not advance by itself. Changing the second factor invalidated sign-ins up to its instant.
  service.clock.advance(1000);
  const accessToken = await providers.tokenOf(socialUser());
  await write("POST", "/me/identities/github", { accessToken, password: PASSWORD });
  await write("DELETE", "/me/identities/github");
  const next = (await service.post("/refresh", { refreshToken })).body.data;
  const otherBrowser = { "User-Agent": "another browser" };
  const body = { refreshToken: next.refreshToken };
  await service.call("POST", "/api/auth/refresh", body, undefined, otherBrowser);
  service.clock.advance(11_000);
  await service.post("/refresh", { refreshToken });
  const first = await logIn(service, email);
  const client = await newApp(service);
  const code = await authorizedCode(service, {
    user: holderOf(first.token),
    client,
    resource: "",
    scope: "openid",
  });
  for (let use = 0; use < 2; use += 1) await redeem(service, client, code);
  const second = await logIn(service, email);
  await write("DELETE", `/sessions/${decodeJwt(second.token).sid}`, undefined, first.token);
  const newEmail = newAddress();
  await write("POST", "/me/email", { newEmail, password: PASSWORD }, first.token);
  await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
  const change = { currentPassword: PASSWORD, newPassword: "a newer lighthouse" };
  await write("POST", "/me/password", change, first.token);
  await write("POST", "/logout", undefined, first.token);
  for (let failure = 0; failure < 10; failure++) {
    await service.post("/login", { email: newEmail, password: "wrong" });
  }
  await service.post("/forgot-password", { email: newEmail });
  const link = await tokenMailedTo(service, newEmail);
  await service.post("/reset-password", { token: link, newPassword: PASSWORD });
  const pages = await signedInPageBrowser(service, newEmail);
  await connectAndRevokeApp(service, pages);
  const { token: forgetting } = await logIn(service, newEmail);
  const [device] = (await service.get("/me/devices", forgetting)).body.data;
  await causeTrustEvents(newEmail);
  await write("DELETE", `/me/devices/${device.id}`, undefined, forgetting);
  // The reset has made all devices unknown up to its instant.
  service.clock.advance(1000);
  const authenticator = createAuthenticator();
  await addPasskey(service, await tokenOnKnownDevice(service, newEmail), authenticator);
  for (const signCount of [7, 7]) await signInByPasskey(service, authenticator, { signCount });
  const { id: keyId } = await createKey(service, forgetting);
  await write("DELETE", `/me/keys/${keyId}`, undefined, forgetting);
  await changeFactors(newEmail, write);
  await pages.submit(await pages.visit("/account/sessions"), {}, "others");
  await write("POST", "/logout-all", undefined, (await logIn(service, newEmail)).token);
  await write("DELETE", "/me", undefined, (await logIn(service, newEmail)).token);
  await write("POST", "/me/deletion/cancel", undefined, (await logIn(service, newEmail)).token);
  await write("POST", "/me/deactivate", { password: PASSWORD }, (await logIn(service, newEmail)).token);
  return decodeJwt(token).sub as string;
}

/** Signs in with a second factor on a device that is trusted then, and ends the trust. */
async function causeTrustEvents(email: string): Promise<void> {
  const always = startService({ env: { LOGIN_OTP: "always", EVENTS }, clock: service.clock });
  // A device counts from the millisecond after a password reset.
  service.clock.advance(1000);
  const challenge = await startSecondFactor(always, email);
  const answer = await always.post("/login/otp", { ...challenge, rememberDevice: true });
  const { token } = answer.body.data;
  const devices: { id: string; current: boolean }[] = (await always.get("/me/devices", token)).body.data;
  const current = devices.find((device) => device.current)?.id;
  await always.call("DELETE", `/api/auth/me/devices/${current}/trust`, undefined, token);
}

type Write = (method: string, path: string, body?: unknown, as?: string) => Promise<unknown>;

/** Adds an authenticator and recovery codes, renames it and removes it. */
async function changeFactors(email: string, write: Write): Promise<void> {
  // The password reset has made the devices of its own millisecond unknown.
  service.clock.advance(1);
  const { token } = await logInOnKnownDevice(service, email);
  const { id } = await addAuthenticator(service, token);
  await createCodes(service, token);
  await write("PATCH", `/me/factors/${id}`, { label: "Phone" }, token);
  await write("DELETE", `/me/factors/${id}`, undefined, token);
}

/** Causes the events of devices, and of a client that is not told of the end of its session. */
async function causeDeviceEvents(): Promise<string> {
  const { email } = await registerAndVerify(service);
  const browser = await signedInPageBrowser(service, email);
  const client = await createDeviceClient(service, { backchannelLogoutUri: "https://192.0.2.1/logout" });
  await decide(browser, await startDevice(service, client, { scope: "openid" }), "deny");
  const device = await startDevice(service, client, { scope: "openid" });
  await decide(browser, device);
  await pollDevice(service, client, device);
  await browser.submit(await browser.visit("/sign-out"));
  await env.DB.prepare("UPDATE oauth_logout_notices SET due_at = 0, created_at = 0").run();
  await service.runCron("* * * * *");
  return accountIdOf(email);
}

/** Requests, cancels and performs the removal of a user's factors. */
async function causeRemovalEvents({ token: admin }: SignedIn): Promise<string> {
  const { email, token } = await registerVerifyAndLogIn(service);
  const id = await accountIdOf(email);
  await insertFactor(email, "totp", null);
  const request = () => service.call("DELETE", `/api/auth/users/${id}/factors`, undefined, admin);
  await request();
  await service.post("/me/factors/removal/cancel", undefined, token);
  await request();
  await env.DB.prepare("UPDATE factor_removals SET due_at = 0").run();
  await service.runCron("* * * * *");
  return id;
}

/** Verifies the address in BOOTSTRAP_SUPERUSER_EMAIL. */
async function bootstrapSuperuser(): Promise<string> {
  const email = newAddress();
  const bootstrapping = startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email, EVENTS } });
  await registerAndVerify(bootstrapping, email);
  return accountIdOf(email);
}

/** A superuser whose own events are counted too, since requests caused them. */
async function registeredSuperuser(): Promise<SignedIn> {
  const { email } = await registerAndVerify(service);
  await env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
  const { token } = await logIn(service, email);
  return { id: await accountIdOf(email), email, token };
}

describe("the audit log", () => {
  it("records and counts every event type of the closed list", async () => {
    const bootstrappedId = await bootstrapSuperuser();
    const accountId = await causeEveryEvent();
    const deviceOwnerId = await causeDeviceEvents();
    const superuser = await registeredSuperuser();
    const removalId = await causeRemovalEvents(superuser);
    const otherId = await administeredUser(service, superuser);
    await administerClient(service, superuser);
    // docs/observability.md: each event is counted once, when its row is inserted.
    // A failed sign-in is counted as a refused request instead, since a correct password withdraws its row.
    const counted = points.filter(({ blobs }) => blobs[0] === "event").map(({ blobs }) => blobs[1]);
    const types = (await rows()).map((row) => row.type).filter((type) => type !== "sign_in_failed");
    expect(counted.sort()).toEqual(types.sort());
    const events = (await rows()).filter(
      (row) =>
        [accountId, otherId, bootstrappedId, deviceOwnerId, removalId].includes(row.account_id) ||
        row.type.startsWith("client_"),
    );
    expect([...new Set(events.map((row) => row.type))].sort()).toEqual([...EVENT_TYPES].sort());
    const adminActions = events.filter((row) => row.account_id === otherId && row.actor_id === superuser.id);
    expect(adminActions.map((row) => row.type)).toEqual([
      "user_invited",
      "avatar_changed",
      "avatar_removed",
      "profile_updated",
      "role_changed",
      "role_changed",
      "account_unlocked",
      "all_sessions_ended",
      "password_reset_requested",
      "account_deactivated",
      "account_activated",
      "account_deactivated",
      "account_deleted",
    ]);
    expect(adminActions.filter((row) => row.type === "role_changed").map((row) => row.details)).toEqual([
      '{"from":"user","to":"admin"}',
      '{"from":"admin","to":"user"}',
    ]);
    const accountEvents = events.filter((row) => row.account_id === accountId);
    const count = (type: string) => accountEvents.filter((row) => row.type === type).length;
    expect([count("second_factor_changed"), count("signed_out"), count("refresh_token_reused")]).toEqual([
      2, 1, 1,
    ]);
    const changed = accountEvents.find((row) => row.type === "profile_updated");
    expect(changed).toMatchObject({ actor_id: accountId, ip: "203.0.113.9", details: '{"fields":"name"}' });
    expect(accountEvents.find((row) => row.type === "refresh_token_reused")?.actor_id).toBeNull();
  });

  it("records nothing for a refused request, except failed sign-ins", async () => {
    const { token, email } = await registerVerifyAndLogIn(service);
    const { token: withoutPhone } = await registerVerifyAndLogIn(service);
    const challenge = await requestPhoneCode(service, token);
    const wrong = { challengeId: challenge.challengeId, code: wrongCode(challenge.code) };
    const capped = startService({ env: { RATE_LIMITS: "{}", BURST: undefined }, clock: service.clock });
    const others = async () => (await rows()).filter((row) => row.type !== "sign_in_failed").length;
    const before = await others();
    const body = { currentPassword: "wrong", newPassword: "a newer lighthouse" };
    for (const refused of [
      await service.post("/me/password", body, token),
      await service.post("/me/email", { newEmail: newAddress(), password: "wrong" }, token),
      await service.post("/me/otp", { enabled: true, password: "wrong" }, token),
      await service.post("/me/deactivate", { password: "wrong" }, token),
      await service.post("/me/phone/verify", wrong, token),
      await capped.post("/me/phone", { phone: newPhoneNumber() }, token),
      await service.post("/login", { email, password: "wrong" }),
      await service.post("/verify-email", { token: "dead" }),
      await service.post("/reset-password", { token: "dead", newPassword: "a newer lighthouse" }),
      await service.call("DELETE", `/api/auth/sessions/${crypto.randomUUID()}`, undefined, token),
    ]) {
      expect(refused.status).toBeGreaterThanOrEqual(400);
    }
    await service.post("/forgot-password", { email: newAddress() });
    await service.call("DELETE", "/api/auth/me/phone", undefined, withoutPhone);
    await service.post("/me/otp", { enabled: false, password: PASSWORD }, token);
    expect(await others()).toBe(before);
  });
});
