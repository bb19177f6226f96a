import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { isKnownDevice } from "../../../support/known-devices.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import {
  enableSecondFactor,
  mailedCodeTo,
  markDeviceAsKnown,
  startSecondFactor,
} from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const service = startService();
async function set(token: string, enabled: boolean) {
  await markDeviceAsKnown(token);
  return service.post("/me/otp", { enabled, password: PASSWORD }, token);
}

const kindsOf = async (email: string) => {
  const query = "SELECT kind FROM factors WHERE account_id = ? ORDER BY kind";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ kind: string }>();
  return results.map(({ kind }) => kind);
};

describe("the setting of the mailed code", () => {
  it("changes no factor of another kind and none of another account", async () => {
    const { email, token } = await registerAndLogIn(service);
    const other = await registerAndLogIn(service);
    await enableSecondFactor(service, other.token);
    await insertFactor(email);
    expect((await set(token, true)).status).toBe(200);
    expect(await kindsOf(email)).toEqual(["email_otp", "totp"]);
    service.clock.advance(1);
    expect((await set(token, false)).status).toBe(200);
    expect([await kindsOf(email), await kindsOf(other.email)]).toEqual([["totp"], ["email_otp"]]);
  });

  it("makes the devices of its own account unknown, and of no other", async () => {
    const { email } = await registerVerifiedUser(service);
    const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    service.clock.advance(1);
    const other = await registerAndLogIn(service);
    expect((await set(other.token, true)).status).toBe(200);
    expect(await isKnownDevice(service, email, deviceToken)).toBe(true);
  });

  it("makes the earlier devices unknown for good, even if it is switched off again", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    expect(await isKnownDevice(service, email, deviceToken)).toBe(true);
    await enableSecondFactor(service, token);
    expect((await set(token, false)).status).toBe(200);
    expect(await isKnownDevice(service, email, deviceToken)).toBe(false);
  });

  it("makes no device unknown when it is switched off", async () => {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    const challenge = await startSecondFactor(service, email);
    const { deviceToken } = (await service.post("/login/otp", challenge)).body.data;
    expect((await set(token, false)).status).toBe(200);
    expect(await isKnownDevice(service, email, deviceToken)).toBe(true);
  });

  it("is not switched on if the account is deactivated meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    await markDeviceAsKnown(token);
    const held = startWithHeldBatch(2, {}, service.clock);
    const pending = held.service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await held.reached;
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
    held.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect(await kindsOf(email)).toEqual([]);
  });

  it("is not switched off if the password is reset meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    const held = startWithHeldBatch(2, {}, service.clock);
    const pending = held.service.post("/me/otp", { enabled: false, password: PASSWORD }, token);
    await held.reached;
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: "another quiet harbour" };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    held.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect(await kindsOf(email)).toEqual(["email_otp"]);
  });
});

describe("a new code of a sign-in", () => {
  const resend = (challengeId: string) => service.post("/login/otp/resend", { challengeId });

  async function userWithSecondFactor() {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    return { email, challenge: await startSecondFactor(service, email) };
  }

  it("changes no challenge of another account", async () => {
    const first = await userWithSecondFactor();
    const second = await userWithSecondFactor();
    expect((await resend(first.challenge.challengeId)).status).toBe(200);
    expect((await service.post("/login/otp", second.challenge)).status).toBe(200);
    const code = await mailedCodeTo(service, first.email);
    expect((await service.post("/login/otp", { ...first.challenge, code })).status).toBe(200);
  });

  it("is not mailed for a challenge that was answered", async () => {
    const { email, challenge } = await userWithSecondFactor();
    expect((await service.post("/login/otp", challenge)).status).toBe(200);
    const before = await mailTo(service, email);
    expect((await resend(challenge.challengeId)).status).toBe(200);
    expect(await mailTo(service, email)).toEqual(before);
  });
});
