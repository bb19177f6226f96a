import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const NEW_PASSWORD = "another quiet harbour";
const service = startService();

const devicesOf = async (email: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM known_devices WHERE account_id = ?")
    .bind(await accountIdOf(email))
    .first<number>("n");

describe("a password reset", () => {
  it("deletes every earlier device of its account, and none of another account", async () => {
    const users = [await registerVerifiedUser(service), await registerVerifiedUser(service)] as const;
    for (const { email } of [...users, ...users]) await service.post("/login", { email, password: PASSWORD });
    const [{ email }, { email: other }] = users;
    expect([await devicesOf(email), await devicesOf(other)]).toEqual([2, 2]);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: NEW_PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    // The browser or app that completed the reset is the only one.
    expect([await devicesOf(email), await devicesOf(other)]).toEqual([1, 2]);
  });

  it("by the link of an invitation mails no notice, since the user has just chosen the password", async () => {
    const admin = await signedInAs(service, "admin");
    const email = newAddress();
    await usersApiAs(service, admin).call("POST", "", { email, name: "Grace" });
    const reset = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    expect(await mailTo(service, email)).toHaveLength(1);
  });
});

describe("a sign-in that is evaluated again, since a parallel one has stored a rehash", () => {
  it("counts as one of an unknown device if its device is forgotten meanwhile", async () => {
    const variables = { PASSWORD_HASH_BLOCKS: "2", LOGIN_OTP: "new_device" };
    const { email } = await registerVerifiedUser(service);
    const { token, deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    const costlier = startService({ env: variables, clock: service.clock });
    const held = startWithHeldBatch(2, variables, service.clock);
    const login = { email, password: PASSWORD, deviceToken };
    const pending = held.service.post("/login", login);
    await held.reached;
    expect((await costlier.post("/login", login)).body.data.token).toMatch(/^eyJ/);
    const [device] = (await service.get("/me/devices", token)).body.data;
    await service.call("DELETE", `/api/auth/me/devices/${device.id}`, undefined, token);
    held.release();
    expect((await pending).body.data).toMatchObject({ otpRequired: true });
  });
});
