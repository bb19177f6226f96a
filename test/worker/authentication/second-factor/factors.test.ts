import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import {
  addAuthenticator,
  createCodes,
  logInOnKnownDevice,
  registerOnKnownDevice,
  registerWithAuthenticator,
} from "../../../support/authenticators.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import { markDeviceAsKnown } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerAndLogIn, subjectsTo } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();
const required = startService({ env: { SECOND_FACTOR: "required" }, clock: service.clock });

const list = async (token: string) => (await service.get("/me/factors", token)).body.data;
const change = (id: string, body: object, token: string, of = service) =>
  of.call("PATCH", `/api/auth/me/factors/${id}`, body, token);
const remove = (id: string, token: string, of = service) =>
  of.call("DELETE", `/api/auth/me/factors/${id}`, undefined, token);
const eventsOf = async (email: string) => {
  const query =
    "SELECT type, details FROM audit_events WHERE account_id = ? AND type LIKE 'factor_%' ORDER BY at, rowid";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ type: string; details: string }>();
  return results.map(({ type, details }) => ({ type, ...JSON.parse(details) }));
};
const run = (sql: string, ...values: unknown[]) =>
  service.env.DB.prepare(sql)
    .bind(...values)
    .run();

/** A passkey that is a first factor only. */
async function insertPasskey(email: string): Promise<string> {
  const id = await insertFactor(email, "passkey", null);
  await run(
    "UPDATE factors SET is_second_factor = FALSE, is_synced = TRUE, credential_id = id WHERE id = ?",
    id,
  );
  return id;
}

describe("the list of factors", () => {
  it("has the kinds and names, no secrets, and of a passkey whether it is synced", async () => {
    const { token, email, authenticator } = await registerWithAuthenticator(service);
    const passkey = await insertPasskey(email);
    const answer = await service.get("/me/factors", token);
    expect(answer.body.data.factors).toEqual([
      {
        id: passkey,
        kind: "passkey",
        label: null,
        createdAt: new Date(0).toISOString(),
        lastUsedAt: null,
        isSecondFactor: false,
        isSynced: true,
      },
      expect.objectContaining({ id: authenticator.id, kind: "totp", isSecondFactor: true }),
    ]);
    expect(answer.text).not.toContain(authenticator.secret);
    expect(Object.keys(answer.body.data.factors[1])).not.toContain("isSynced");
  });

  it("is that of the caller alone", async () => {
    await registerWithAuthenticator(service);
    const { token } = await registerAndLogIn(service);
    expect((await list(token)).factors).toEqual([]);
  });
});

describe("renaming a factor", () => {
  it("changes its name, or removes it, and is audited", async () => {
    const { token, email, authenticator } = await registerWithAuthenticator(service);
    const { id } = authenticator;
    expect((await change(id, { label: "Tablet" }, token)).status).toBe(200);
    expect((await list(token)).factors[0].label).toBe("Tablet");
    expect((await change(id, { label: null }, token)).status).toBe(200);
    expect((await list(token)).factors[0].label).toBeNull();
    const event = { type: "factor_changed", factorId: id, changes: "label", factor: "totp" };
    expect((await eventsOf(email)).slice(1)).toEqual([event, event]);
  });

  it.each([
    ["label", { label: "" }],
    ["label", { label: "a".repeat(65) }],
    ["isSecondFactor", { isSecondFactor: "yes" }],
    ["kind", { label: "Phone", kind: "passkey" }],
    ["", {}],
  ])("refuses an invalid %s: %j", async (path, body) => {
    const { token, authenticator } = await registerWithAuthenticator(service);
    const answer = await change(authenticator.id, body, token);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toEqual([path]);
  });
});

describe("a passkey as second factor", () => {
  it("is switched on and off by a recently authenticated user, who is mailed", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    expect((await change(id, { isSecondFactor: true }, token)).status).toBe(200);
    expect((await list(token)).factors[0].isSecondFactor).toBe(true);
    expect((await change(id, { isSecondFactor: true }, token)).status).toBe(200);
    expect(await subjectsTo(service, email)).toEqual(["Signing in to Gatehouse now asks for your passkey"]);
    await createCodes(service, token);
    expect((await change(id, { isSecondFactor: false }, token)).status).toBe(200);
    expect(await list(token)).toMatchObject({ factors: [{ isSecondFactor: false }], recoveryCodesLeft: 0 });
    const event = { type: "factor_changed", factorId: id, changes: "isSecondFactor", factor: "passkey" };
    expect(await eventsOf(email)).toEqual([event, event]);
    service.clock.advance(11 * MINUTE);
    expectErrorResponse(await change(id, { isSecondFactor: true }, token), 403, "reauthentication_required");
    expectErrorResponse(await change(id, { isSecondFactor: false }, token), 403, "reauthentication_required");
  });

  it("cannot be switched on by a session that has shown the password alone on an unknown device", async () => {
    const { token, email } = await registerAndLogIn(service);
    const id = await insertPasskey(email);
    expectErrorResponse(await change(id, { isSecondFactor: true }, token), 403, "reauthentication_required");
  });

  it("the first second factor makes all devices unknown", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    await change(id, { isSecondFactor: true }, token);
    const row = await service.env.DB.prepare("SELECT devices_known_since AS at FROM accounts WHERE email = ?")
      .bind(email)
      .first<{ at: number }>();
    expect(row?.at).toBe(service.clock.now() + 1);
  });

  it("no other kind can be switched", async () => {
    const { token, authenticator } = await registerWithAuthenticator(service);
    const answer = await change(authenticator.id, { isSecondFactor: false }, token);
    expectErrorResponse(answer, 404, "not_found");
  });

  it("the last one stays where the policy requires a second factor", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    await change(id, { isSecondFactor: true }, token);
    expectErrorResponse(await change(id, { isSecondFactor: false }, token, required), 409, "conflict");
    await addAuthenticator(service, token);
    expect((await change(id, { isSecondFactor: false }, token, required)).status).toBe(200);
  });
});

describe("removing a factor", () => {
  it("deletes it, mails the user, is audited and ends the trust in devices", async () => {
    const { token, email, authenticator } = await registerWithAuthenticator(service);
    const { id } = authenticator;
    const accountId = await accountIdOf(email);
    await run(
      "UPDATE known_devices SET trusted_until = ? WHERE account_id = ?",
      service.clock.now() * 2,
      accountId,
    );
    expect((await remove(id, token)).status).toBe(200);
    expect((await list(token)).factors).toEqual([]);
    expect((await subjectsTo(service, email))[0]).toBe("A way to sign in to Gatehouse was removed");
    expect((await eventsOf(email)).at(-1)).toEqual({ type: "factor_removed", factorId: id, factor: "totp" });
    const { results } = await service.env.DB.prepare(
      "SELECT trusted_until FROM known_devices WHERE account_id = ?",
    )
      .bind(accountId)
      .all();
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter((row) => row.trusted_until !== null)).toEqual([]);
    expectErrorResponse(await remove(id, token), 404, "not_found");
  });

  it("takes a recent authentication", async () => {
    const { token, authenticator } = await registerWithAuthenticator(service);
    service.clock.advance(11 * MINUTE);
    expectErrorResponse(await remove(authenticator.id, token), 403, "reauthentication_required");
    expect((await list(token)).factors).toHaveLength(1);
  });

  it("the recovery codes end with the last second factor only", async () => {
    const { token, authenticator } = await registerWithAuthenticator(service);
    const second = await addAuthenticator(service, token);
    await createCodes(service, token);
    await remove(second.id, token);
    expect((await list(token)).recoveryCodesLeft).toBe(10);
    await remove(authenticator.id, token);
    expect((await list(token)).recoveryCodesLeft).toBe(0);
  });

  it("the last second factor stays where the policy requires one, also in parallel", async () => {
    const { token, authenticator } = await registerWithAuthenticator(service);
    expectErrorResponse(await remove(authenticator.id, token, required), 409, "conflict");
    const ids = [authenticator.id, (await addAuthenticator(service, token)).id];
    const answers = await inParallel(20, (index) => remove(ids[index % 2] ?? "", token, required));
    expect(statusCounts(answers)[200]).toBe(1);
    expect((await list(token)).factors).toHaveLength(1);
  });

  it("the last passkey of an account without another way to sign in stays", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    const other = await insertPasskey(email);
    await run("UPDATE accounts SET password_hash = NULL WHERE email = ?", email);
    const passkeyOnly = startService({ env: { SIGN_IN_METHODS: "password,passkey" }, clock: service.clock });
    expect((await remove(other, token, passkeyOnly)).status).toBe(200);
    expectErrorResponse(await remove(id, token, passkeyOnly), 409, "last_sign_in_method");
    const emailCode = startService({ env: { SIGN_IN_METHODS: "passkey,email_code" }, clock: service.clock });
    expect((await remove(id, token, emailCode)).status).toBe(200);
  });

  it("a password counts as another way to sign in only where it signs in", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    const passkeyOnly = startService({ env: { SIGN_IN_METHODS: "passkey" }, clock: service.clock });
    expectErrorResponse(await remove(id, token, passkeyOnly), 409, "last_sign_in_method");
    const withPassword = startService({ env: { SIGN_IN_METHODS: "passkey,password" }, clock: service.clock });
    expect((await remove(id, token, withPassword)).status).toBe(200);
  });

  it("a passkey can be removed where passkeys do not sign in", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const id = await insertPasskey(email);
    await run("UPDATE accounts SET password_hash = NULL WHERE email = ?", email);
    const passwordOnly = startService({ env: { SIGN_IN_METHODS: "password" }, clock: service.clock });
    expect((await remove(id, token, passwordOnly)).status).toBe(200);
  });

  it("a passkey that is no second factor can be removed where the policy requires one", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    expect((await remove(await insertPasskey(email), token, required)).status).toBe(200);
  });

  it("factors of other accounts are not found", async () => {
    const { authenticator } = await registerWithAuthenticator(service);
    const { token } = await registerOnKnownDevice(service);
    for (const answer of [
      await remove(authenticator.id, token),
      await change(authenticator.id, { label: "Mine" }, token),
      await change(authenticator.id, { isSecondFactor: true }, token),
      await remove("not-an-id", token),
    ]) {
      expectErrorResponse(answer, 404, "not_found");
    }
  });

  it("a restricted session may not remove or change one", async () => {
    const { token, email, authenticator } = await registerWithAuthenticator(service);
    await run(
      "UPDATE sessions SET restriction = 'enrol_second_factor' WHERE account_id = ?",
      await accountIdOf(email),
    );
    for (const answer of [
      await remove(authenticator.id, token),
      await change(authenticator.id, { label: "Mine" }, token),
    ]) {
      expectErrorResponse(answer, 403, "second_factor_enrolment_required");
    }
  });

  it("the mailed code can be removed like any other", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    service.clock.advance(1);
    const [{ id, kind }] = (await list(token)).factors;
    expect(kind).toBe("email_otp");
    expect((await remove(id, token)).status).toBe(200);
    expect((await logInOnKnownDevice(service, email)).token).toBeTruthy();
  });
});
