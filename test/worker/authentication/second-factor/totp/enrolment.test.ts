import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../../support/assertions.ts";
import {
  addAuthenticator,
  logInOnKnownDevice,
  offerAuthenticator,
  registerOnKnownDevice,
  registerWithAuthenticator,
  startChallenge,
  totpCodeOf,
  verifyAuthenticator,
  wrongTotpCode,
} from "../../../../support/authenticators.ts";
import { enableFactor } from "../../../../support/factors.ts";
import { startService } from "../../../../support/service.ts";
import { accountIdOf, logIn, PASSWORD, registerAndLogIn, subjectsTo } from "../../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();

const list = async (token: string) => (await service.get("/me/factors", token)).body.data;
const start = (token: string, of = service) => of.post("/me/factors/totp", undefined, token);
const rowsOf = async (email: string) => {
  const query =
    "SELECT id, kind, label, secret, last_step, is_second_factor FROM factors WHERE account_id = ?";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ id: string; secret: string; last_step: number }>();
  return results;
};
const eventsOf = async (email: string) => {
  const query =
    "SELECT type, details, actor_id FROM audit_events WHERE account_id = ? AND type LIKE 'factor%' ORDER BY at, rowid";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ type: string; details: string; actor_id: string }>();
  return results.map(({ type, details, actor_id }) => ({ type, details: JSON.parse(details), actor_id }));
};

describe("adding an authenticator app", () => {
  it("one correct code stores it with its sealed secret, a notice and an audit event", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    expect(offered.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(offered.uri).toBe(
      `otpauth://totp/Gatehouse:${encodeURIComponent(email)}?secret=${offered.secret}&issuer=Gatehouse&algorithm=SHA1&digits=6&period=30`,
    );
    expect(offered.qrSvg).toMatch(/^<svg /);
    expect(offered.expiresIn).toBe(600);
    expect(await rowsOf(email)).toEqual([]);

    const answer = await verifyAuthenticator(service, token, offered, { label: "Phone" });
    expect(answer.status).toBe(201);
    const { id } = answer.body.data;
    const now = new Date(service.clock.now()).toISOString();
    expect(await list(token)).toEqual({
      factors: [{ id, kind: "totp", label: "Phone", createdAt: now, lastUsedAt: null, isSecondFactor: true }],
      recoveryCodesLeft: 0,
      allowed: ["totp", "passkey", "email_otp", "recovery_code"],
    });
    const [row] = await rowsOf(email);
    expect(row?.secret).not.toContain(offered.secret);
    expect(row?.last_step).toBe(Math.floor(service.clock.now() / 30_000));
    expect(await subjectsTo(service, email)).toEqual(["An authenticator app was added at Gatehouse"]);
    expect(await eventsOf(email)).toEqual([
      {
        type: "factor_added",
        details: { factorId: id, factor: "totp" },
        actor_id: await accountIdOf(email),
      },
    ]);
  });

  it("the first one makes all devices unknown, and a further one does not", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const since = async () =>
      (
        await service.env.DB.prepare("SELECT devices_known_since AS at FROM accounts WHERE email = ?")
          .bind(email)
          .first<{ at: number }>()
      )?.at;
    await addAuthenticator(service, token);
    const first = await since();
    expect(first).toBeGreaterThan(service.clock.now() - 60_000);
    await addAuthenticator(service, token);
    expect(await since()).toBe(first);
  });

  it("a wrong code, or a code of another time, is refused, and the enrolment goes on", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    for (const code of [
      wrongTotpCode(service, offered.secret),
      totpCodeOf(service, offered.secret, -2),
      totpCodeOf(service, offered.secret, 2),
    ]) {
      expectErrorResponse(await verifyAuthenticator(service, token, offered, { code }), 400, "code_invalid");
    }
    expect(await rowsOf(email)).toEqual([]);
    expect((await verifyAuthenticator(service, token, offered)).status).toBe(201);
  });

  it("wrong codes of an enrolment do not lock the account", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    const code = wrongTotpCode(service, offered.secret);
    for (let count = 0; count < 15; count += 1) await verifyAuthenticator(service, token, offered, { code });
    expect((await verifyAuthenticator(service, token, offered)).status).toBe(201);
    expect(await startChallenge(service, email)).toBeTruthy();
  });

  it("the token of another account, of another session, an altered and an expired one are refused", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    const other = await registerOnKnownDevice(service);
    const second = await logInOnKnownDevice(service, email);
    const altered = { ...offered, enrolmentToken: `${offered.enrolmentToken.slice(0, -2)}AA` };
    for (const [as, given] of [
      [other.token, offered],
      [second.token, offered],
      [token, altered],
      [token, { ...offered, enrolmentToken: "x" }],
    ] as const) {
      expectErrorResponse(await verifyAuthenticator(service, as, given), 400, "token_invalid");
    }
    service.clock.advance(9 * MINUTE);
    await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    service.clock.advance(MINUTE);
    expectErrorResponse(await verifyAuthenticator(service, token, offered), 400, "token_invalid");
    expect(await rowsOf(email)).toEqual([]);
  });

  it("of 50 parallel verifications of one enrolment, one adds it", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    const answers = await inParallel(50, () => verifyAuthenticator(service, token, offered));
    expect(statusCounts(answers)).toEqual({ 201: 1, 400: 49 });
    expect(await rowsOf(email)).toHaveLength(1);
    expect(await eventsOf(email)).toHaveLength(1);
    expect(await subjectsTo(service, email)).toHaveLength(1);
  });

  it("the code that added it is not accepted by a sign-in", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    const code = totpCodeOf(service, offered.secret);
    await verifyAuthenticator(service, token, offered, { code });
    const challengeId = await startChallenge(service, email);
    expectErrorResponse(await service.post("/login/otp", { challengeId, code }), 400, "code_invalid");
  });

  it("an account has ten at most", async () => {
    const { token } = await registerOnKnownDevice(service);
    for (let count = 0; count < 9; count += 1) await addAuthenticator(service, token);
    const offers = [await offerAuthenticator(service, token), await offerAuthenticator(service, token)];
    const answers = await Promise.all(offers.map((offered) => verifyAuthenticator(service, token, offered)));
    expect(statusCounts(answers)).toEqual({ 201: 1, 409: 1 });
    expect((await list(token)).factors).toHaveLength(10);
  });

  it.each([
    ["enrolmentToken", { enrolmentToken: "" }],
    ["enrolmentToken", { enrolmentToken: "a".repeat(1025) }],
    ["code", { code: "12345" }],
    ["label", { label: "a".repeat(65) }],
    ["label", { label: "two\nlines" }],
    ["kind", { kind: "passkey" }],
  ])("a request with an invalid %s is refused: %j", async (path, fields) => {
    const { token } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    const answer = await verifyAuthenticator(service, token, offered, fields);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map((field) => field.path)).toEqual([path]);
  });
});

describe("which sessions may add an authenticator app", () => {
  it("one that signed in or reauthenticated within 10 minutes", async () => {
    const { token } = await registerOnKnownDevice(service);
    const offered = await offerAuthenticator(service, token);
    service.clock.advance(11 * MINUTE);
    expectErrorResponse(await start(token), 403, "reauthentication_required");
    expectErrorResponse(await verifyAuthenticator(service, token, offered), 403, "reauthentication_required");
    await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expect((await start(token)).status).toBe(200);
  });

  it("not one that has shown the password alone on an unknown device", async () => {
    const { token, email } = await registerAndLogIn(service);
    expectErrorResponse(await start(token), 403, "reauthentication_required");
    await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expectErrorResponse(await start(token), 403, "reauthentication_required");
    // Neither does a second factor that the account has, and this session has not shown.
    await enableFactor(email, "email_otp");
    expectErrorResponse(await start(token), 403, "reauthentication_required");
    expect(await rowsOf(email)).toMatchObject([{ kind: "email_otp" }]);
  });

  it("not an earlier session after the first one was added, if it has shown the password alone", async () => {
    const { email } = await registerAndLogIn(service);
    const attacker = await logIn(service, email);
    const owner = await logInOnKnownDevice(service, email);
    await addAuthenticator(service, owner.token);
    expectErrorResponse(await start(attacker.token), 403, "reauthentication_required");
  });

  it("none where the service does not allow it, or asks for no second factor", async () => {
    const { clock } = service;
    for (const env of [{ SECOND_FACTORS: "email_otp" }, { SECOND_FACTOR: "off" }]) {
      const limited = startService({ env, clock });
      const { token } = await registerOnKnownDevice(service);
      expectErrorResponse(await start(token, limited), 403, "forbidden");
      expect((await limited.get("/me/factors", token)).body.data.allowed).not.toContain("totp");
    }
  });

  it("one that the policy restricts to it, which has no restriction afterwards", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    await service.env.DB.prepare(
      "UPDATE sessions SET restriction = 'enrol_second_factor' WHERE account_id = ?",
    )
      .bind(await accountIdOf(email))
      .run();
    expectErrorResponse(await service.get("/me/keys", token), 403, "second_factor_enrolment_required");
    expect((await list(token)).factors).toEqual([]);
    await addAuthenticator(service, token);
    expect((await service.get("/me/keys", token)).status).toBe(200);
    const { results } = await service.env.DB.prepare(
      "SELECT restriction, amr FROM sessions WHERE account_id = ? ORDER BY created_at DESC",
    )
      .bind(await accountIdOf(email))
      .all();
    expect(results).toEqual([
      { restriction: null, amr: "pwd otp mfa" },
      { restriction: "enrol_second_factor", amr: "pwd" },
    ]);
  });

  it("an authenticator of the account does not lift the requirement of a recent sign-in", async () => {
    const { token } = await registerWithAuthenticator(service);
    service.clock.advance(11 * MINUTE);
    expectErrorResponse(await start(token), 403, "reauthentication_required");
  });
});
