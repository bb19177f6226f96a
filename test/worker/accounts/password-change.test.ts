import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountStore } from "../../../src/accounts/store.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { requestPhoneCode } from "../../support/one-time-codes.ts";
import { outboxRowsOf } from "../../support/outbox.ts";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  logIn,
  PASSWORD,
  registerAndLogIn,
  subjectsTo,
  tokenMailedTo,
} from "../../support/users.ts";

const NEW_PASSWORD = "another quiet harbour";
const CHANGE = { currentPassword: PASSWORD, newPassword: "a third quiet harbour" };
const service = startService();

const isValid = async (link: string) => (await service.get(`/reset-password?token=${link}`)).status === 200;
const setStatus = (email: string, status: string) =>
  env.DB.prepare("UPDATE accounts SET status = ? WHERE email = ?").bind(status, email).run();

/** A reset link and a phone code of that user, both not used yet. */
async function linkAndCode(email: string, token: string) {
  await service.post("/forgot-password", { email });
  const { challengeId, code } = await requestPhoneCode(service, token);
  return { link: await tokenMailedTo(service, email), challenge: { challengeId, code } };
}

describe("POST /me/password", () => {
  it("changes nothing of a user who has the same password", async () => {
    // Inserted users share the hash of their password.
    const [user, other] = [await registerAndLogIn(service), await registerAndLogIn(service)];
    const { link, challenge } = await linkAndCode(other.email, other.token);
    expect((await service.post("/me/password", CHANGE, user.token)).status).toBe(200);
    await logIn(service, other.email);
    expect(await isValid(link)).toBe(true);
    expect((await service.post("/me/phone/verify", challenge, other.token)).status).toBe(200);
  });

  it("ends no session and voids no link or code if the password was reset meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    // The first batch counts the attempt; the second makes the change.
    const held = startWithHeldBatch(2, {}, service.clock);
    const pending = held.service.post("/me/password", CHANGE, token);
    await held.reached;
    await service.post("/forgot-password", { email });
    const reset = await tokenMailedTo(service, email);
    await service.post("/reset-password", { token: reset, newPassword: NEW_PASSWORD });
    const after = await logIn(service, email, NEW_PASSWORD);
    const { link, challenge } = await linkAndCode(email, after.token);
    const subjects = await subjectsTo(service, email);
    held.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect(await subjectsTo(service, email)).toEqual(subjects);
    expect(await isValid(link)).toBe(true);
    expect((await service.post("/me/phone/verify", challenge, after.token)).status).toBe(200);
    await logIn(service, email, NEW_PASSWORD);
  });

  it("does not change the password of an account that was deactivated meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    const held = startWithHeldBatch(2, {}, service.clock);
    const pending = held.service.post("/me/password", CHANGE, token);
    await held.reached;
    await setStatus(email, "deactivated");
    held.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    await setStatus(email, "active");
    await logIn(service, email, PASSWORD);
  });
});

describe("POST /me/deactivate", () => {
  it("mails no notice to the last superuser, whose account stays active", async () => {
    await env.DB.exec("UPDATE accounts SET role = 'user'");
    const { email, token } = await registerAndLogIn(service);
    await env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();
    const answer = await service.post("/me/deactivate", { password: PASSWORD }, token);
    expectErrorResponse(answer, 409, "last_admin");
    expect(await outboxRowsOf(service, email)).toEqual([]);
  });

  it("does nothing if an admin has deactivated the account meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    const held = startWithHeldBatch(2, {}, service.clock);
    const pending = held.service.post("/me/deactivate", { password: PASSWORD }, token);
    await held.reached;
    await setStatus(email, "deactivated");
    held.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect(await outboxRowsOf(service, email)).toEqual([]);
  });
});

describe("the sign-in methods of an account", () => {
  const find = async (id: string) =>
    accountStore(openDatabase(env.DB, newMeter()), null).findSignInMethods(id);

  it("have a password only if the account has one", async () => {
    const { email } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    expect(await find(id)).toEqual({ hasPassword: true });
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE id = ?1").bind(id).run();
    expect(await find(id)).toEqual({ hasPassword: false });
  });

  it("do not exist after the account is deleted", async () => {
    expect(await find(crypto.randomUUID())).toBeNull();
  });
});
