import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { addAuthenticator, createCodes, registerOnKnownDevice } from "../../../support/authenticators.ts";
import { ALL_KINDS, storeVerifiedPhone } from "../../../support/factors.ts";
import { enableSecondFactor, mailedCodeTo, newPhoneNumber } from "../../../support/one-time-codes.ts";
import { addPasskey } from "../../../support/passkeys.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { logIn, newAddress, PASSWORD } from "../../../support/users.ts";

const service = startService({ clock: createTestClock(), env: { SECOND_FACTORS: ALL_KINDS } });

type Owner = Awaited<ReturnType<typeof registerOnKnownDevice>>;

/** How the owner sets up the first second factor. Returns the id of the factor. */
const FACTORS: Readonly<Record<string, (owner: Owner) => Promise<string>>> = {
  "an authenticator": async ({ token }) => (await addAuthenticator(service, token)).id,
  "a passkey that sign-ins ask for": async ({ token }) => {
    const { id } = await addPasskey(service, token, createAuthenticator());
    const path = `/api/auth/me/factors/${id}`;
    expect((await service.call("PATCH", path, { isSecondFactor: true }, token)).status).toBe(200);
    return id;
  },
  "texted codes": async ({ email, token }) => {
    await storeVerifiedPhone(email, newPhoneNumber());
    expect((await service.post("/me/factors/sms", undefined, token)).status).toBe(200);
    return onlyFactorOf(token);
  },
  "the mailed code": async ({ token }) => {
    await enableSecondFactor(service, token);
    return onlyFactorOf(token);
  },
};

async function onlyFactorOf(token: string): Promise<string> {
  const { factors } = (await service.get("/me/factors", token)).body.data;
  expect(factors).toHaveLength(1);
  return factors[0].id;
}

/** An older session that has shown the password alone, a moment ago. */
async function passwordOnly({ email }: Pick<Owner, "email">, at: Service = service): Promise<string> {
  const { token } = await logIn(at, email);
  service.clock.advance(60_000);
  expect((await at.post("/me/reauthenticate", { password: PASSWORD }, token)).body.data).toEqual({
    expiresIn: 600,
  });
  return token;
}

describe.each(Object.entries(FACTORS))("an older session after %s was set up", (_name, setUp) => {
  it("makes no sensitive change by the password that it has shown", async () => {
    const owner = await registerOnKnownDevice(service);
    const older = await passwordOnly(owner);
    const id = await setUp(owner);
    // The first second factor voids each reauthentication of its own millisecond.
    service.clock.advance(1);
    const attempts = [
      () => service.call("DELETE", `/api/auth/me/factors/${id}`, undefined, older),
      () => service.call("DELETE", "/api/auth/me/phone", undefined, older),
      () => service.post("/me/factors/recovery-codes", undefined, older),
      () => service.post("/me/factors/passkeys/options", undefined, older),
      () => service.post("/me/factors/totp", undefined, older),
      () => service.post("/me/otp", { enabled: false, password: PASSWORD }, older),
      () => service.post("/me/email", { newEmail: newAddress(), password: PASSWORD }, older),
      () => service.call("DELETE", "/api/auth/me", undefined, older),
    ];
    for (const attempt of attempts) expectErrorResponse(await attempt(), 403, "reauthentication_required");
    // It stays signed in, and the password alone does not confirm it again.
    const again = await service.post("/me/reauthenticate", { password: PASSWORD }, older);
    expect(again.body.data.otpRequired).toBe(true);
    expect(await onlyFactorOf(owner.token)).toBe(id);
  });

  it("also if its own device was known before", async () => {
    const owner = await registerOnKnownDevice(service);
    const known = { email: owner.email, password: PASSWORD, deviceToken: owner.deviceToken };
    const older = (await service.post("/login", known)).body.data.token;
    const id = await setUp(owner);
    const removal = await service.call("DELETE", `/api/auth/me/factors/${id}`, undefined, older);
    expectErrorResponse(removal, 403, "reauthentication_required");
  });

  it("the session that set it up goes on with recovery codes, and may remove it", async () => {
    const owner = await registerOnKnownDevice(service);
    const id = await setUp(owner);
    await createCodes(service, owner.token);
    const removal = await service.call("DELETE", `/api/auth/me/factors/${id}`, undefined, owner.token);
    expect(removal.status).toBe(200);
  });
});

describe("an older session that has shown more than the password", () => {
  it("is not recent any more either, since it has not shown the new factor", async () => {
    const owner = await registerOnKnownDevice(service);
    const { token: older } = await logIn(service, owner.email);
    const { challengeId } = (await service.post("/me/reauthenticate/code", {}, older)).body.data;
    const code = await mailedCodeTo(service, owner.email);
    await service.post("/me/reauthenticate/otp", { challengeId, code }, older);
    const { id } = await addAuthenticator(service, owner.token);
    const removal = await service.call("DELETE", `/api/auth/me/factors/${id}`, undefined, older);
    expectErrorResponse(removal, 403, "reauthentication_required");
  });

  it("goes on after the second one, which changes nothing for it", async () => {
    const owner = await registerOnKnownDevice(service);
    const first = await addAuthenticator(service, owner.token);
    const { challengeId } = (await service.post("/login", { email: owner.email, password: PASSWORD })).body
      .data;
    const { token: other } = (await service.post("/login/otp", { challengeId, code: first.code() })).body
      .data;
    await addAuthenticator(service, owner.token);
    const removal = await service.call("DELETE", `/api/auth/me/factors/${first.id}`, undefined, other);
    expect(removal.status).toBe(200);
  });
});

describe("a sign-in on a trusted device", () => {
  it("shows the second factor before a sensitive change", async () => {
    const owner = await registerOnKnownDevice(service);
    const app = await addAuthenticator(service, owner.token);
    const { challengeId } = (await service.post("/login", { email: owner.email, password: PASSWORD })).body
      .data;
    const answer = { challengeId, code: app.code(), rememberDevice: true };
    const { deviceToken } = (await service.post("/login/otp", answer)).body.data;
    service.clock.advance(30_000);
    const trusted = { email: owner.email, password: PASSWORD, deviceToken };
    const { token } = (await service.post("/login", trusted)).body.data;
    const remove = () => service.call("DELETE", `/api/auth/me/factors/${app.id}`, undefined, token);
    expectErrorResponse(await remove(), 403, "reauthentication_required");
    const confirmation = { password: PASSWORD, factor: "totp", code: app.code() };
    expect((await service.post("/me/reauthenticate", confirmation, token)).status).toBe(200);
    expect((await remove()).status).toBe(200);
  });
});
