import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { createAuthenticator, textAsHandle } from "../../../support/authenticator.ts";
import { registerOnKnownDevice } from "../../../support/authenticators.ts";
import {
  addPasskey,
  amrOf,
  registerWithPasskey,
  signInByPasskey,
  signInOptions,
} from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";

const MINUTE = 60_000;
const service = startService();

const count = async (query: string, ...values: unknown[]): Promise<number> =>
  (
    await service.env.DB.prepare(`SELECT count(*) AS n FROM ${query}`)
      .bind(...values)
      .first<{ n: number }>()
  )?.n ?? -1;

const sessionsOf = (accountId: string) => count("sessions WHERE account_id = ?", accountId);
const eventsOf = (accountId: string, type: string) =>
  count("audit_events WHERE account_id = ? AND type = ?", accountId, type);

describe("sign-in by passkey", () => {
  it.each([
    ["ES256", false, "hwk"],
    ["EdDSA", true, "swk"],
    ["RS256", false, "hwk"],
  ] as const)("an %s passkey signs in and counts as two factors", async (algorithm, isSynced, method) => {
    const { authenticator, id, email } = await registerWithPasskey(service, { algorithm, isSynced });
    const answer = await signInByPasskey(service, authenticator);
    expect(answer.status).toBe(200);
    expect(answer.body.data.user).toMatchObject({ id, email });
    expect(amrOf(answer.body.data.token)).toEqual([method, "user", "mfa"]);
    expect((await service.get("/me", answer.body.data.token)).status).toBe(200);
  });

  it("the options name no account and demand user verification", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const { options, expiresIn } = await signInOptions(service);
    expect(options).toMatchObject({
      rpId: "gatehouse.test",
      allowCredentials: [],
      userVerification: "required",
    });
    expect(options.challenge).toMatch(/^[\w-]{43}$/);
    expect(expiresIn).toBe(300);
    expect(authenticator.credentials).toHaveLength(1);
  });

  it("stores the counter and the time of the use", async () => {
    const { authenticator, passkey } = await registerWithPasskey(service);
    service.clock.advance(MINUTE);
    await signInByPasskey(service, authenticator);
    const row = await service.env.DB.prepare("SELECT sign_count, last_used_at FROM factors WHERE id = ?")
      .bind(passkey.id)
      .first();
    expect(row).toEqual({ sign_count: 2, last_used_at: service.clock.now() });
  });

  it.each([
    ["a wrong origin", { origin: "https://evil.example" }],
    ["a look-alike origin", { origin: "http://gatehouse.test.evil.example" }],
    ["the origin with another port", { origin: "http://gatehouse.test:8080" }],
    ["a wrong RP id", { rpId: "evil.example" }],
    ["a registration in place of an assertion", { type: "webauthn.create" }],
    ["another challenge", { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["a frame of another origin", { clientData: { crossOrigin: true } }],
    ["a frame that names its top origin", { clientData: { topOrigin: "http://gatehouse.test" } }],
    ["no user presence", { isUserPresent: false, isUserVerified: false }],
    ["no user handle", { userHandle: null }],
    ["the user handle of another account", { userHandle: textAsHandle(crypto.randomUUID()) }],
  ])("refuses %s", async (_case, overrides) => {
    const { authenticator, id } = await registerWithPasskey(service);
    const before = await sessionsOf(id);
    const answer = await signInByPasskey(service, authenticator, overrides);
    expectErrorResponse(answer, 401, "invalid_credentials");
    expect(answer.body.data).toBeUndefined();
    expect(await sessionsOf(id)).toBe(before);
    // The passkey itself still works.
    expect((await signInByPasskey(service, authenticator)).status).toBe(200);
  });

  it("refuses a passkey that has not verified the user, with its own error", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    const before = await sessionsOf(id);
    const answer = await signInByPasskey(service, authenticator, { isUserVerified: false });
    expectErrorResponse(answer, 403, "user_verification_required");
    expect(await sessionsOf(id)).toBe(before);
  });

  it("refuses a signature of another key", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const other = await registerWithPasskey(service);
    const [mine] = authenticator.credentials;
    const [theirs] = other.authenticator.credentials;
    if (!mine || !theirs) throw new Error("no credential");
    const forged = { ...theirs, id: mine.id, userHandle: mine.userHandle };
    expectErrorResponse(
      await signInByPasskey(service, authenticator, {}, forged),
      401,
      "invalid_credentials",
    );
  });

  it("an assertion is accepted once", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    const { challengeId, options } = await signInOptions(service);
    const assertion = await authenticator.get(options);
    expect((await service.post("/login/passkey", { challengeId, assertion })).status).toBe(200);
    const before = await sessionsOf(id);
    expectErrorResponse(
      await service.post("/login/passkey", { challengeId, assertion }),
      401,
      "invalid_credentials",
    );
    expect(await sessionsOf(id)).toBe(before);
  });

  it("50 parallel uses of one assertion open one session", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    const before = await sessionsOf(id);
    const { challengeId, options } = await signInOptions(service);
    const assertion = await authenticator.get(options);
    const answers = await inParallel(50, () => service.post("/login/passkey", { challengeId, assertion }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
    expect(await sessionsOf(id)).toBe(before + 1);
  });

  it("50 parallel assertions of one challenge open one session", async () => {
    const { authenticator, id } = await registerWithPasskey(service, { counts: false });
    const before = await sessionsOf(id);
    const { challengeId, options } = await signInOptions(service);
    const assertions = await Promise.all(Array.from({ length: 50 }, () => authenticator.get(options)));
    const answers = await Promise.all(
      assertions.map((assertion) => service.post("/login/passkey", { challengeId, assertion })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await sessionsOf(id)).toBe(before + 1);
  });

  it("a refused assertion uses its challenge up", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const { challengeId, options } = await signInOptions(service);
    const wrong = await authenticator.get(options, { origin: "https://evil.example" });
    await service.post("/login/passkey", { challengeId, assertion: wrong });
    const right = await authenticator.get(options);
    expectErrorResponse(
      await service.post("/login/passkey", { challengeId, assertion: right }),
      401,
      "invalid_credentials",
    );
  });

  it("a challenge expires after five minutes", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const first = await signInOptions(service);
    const late = await signInOptions(service);
    service.clock.advance(5 * MINUTE - 1);
    const assertion = await authenticator.get(first.options);
    expect((await service.post("/login/passkey", { challengeId: first.challengeId, assertion })).status).toBe(
      200,
    );
    service.clock.advance(1);
    const expired = await authenticator.get(late.options);
    expectErrorResponse(
      await service.post("/login/passkey", { challengeId: late.challengeId, assertion: expired }),
      401,
      "invalid_credentials",
    );
  });

  it("an assertion is accepted for its own challenge only", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const mine = await signInOptions(service);
    const other = await signInOptions(service);
    const assertion = await authenticator.get(mine.options);
    for (const challengeId of [other.challengeId, crypto.randomUUID(), undefined]) {
      expectErrorResponse(
        await service.post("/login/passkey", { challengeId, assertion }),
        401,
        "invalid_credentials",
      );
    }
    expect((await service.post("/login/passkey", { challengeId: mine.challengeId, assertion })).status).toBe(
      200,
    );
  });

  it("a challenge of another purpose does not sign in", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    const options = { challenge: "B".repeat(43), rpId: "gatehouse.test" };
    for (const purpose of ["registration", "second_factor", "reauthentication"]) {
      const challengeId = crypto.randomUUID();
      await service.env.DB.prepare(
        "INSERT INTO webauthn_challenges (id, challenge, purpose, account_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
      )
        .bind(challengeId, options.challenge, purpose, id, service.clock.now(), service.clock.now() + MINUTE)
        .run();
      const assertion = await authenticator.get({ ...options } as never);
      expectErrorResponse(
        await service.post("/login/passkey", { challengeId, assertion }),
        401,
        "invalid_credentials",
      );
    }
  });

  it("an unknown credential gets what the browser needs to remove it", async () => {
    const { authenticator, passkey } = await registerWithPasskey(service);
    await service.env.DB.prepare("DELETE FROM factors WHERE id = ?").bind(passkey.id).run();
    const answer = await signInByPasskey(service, authenticator);
    expect([answer.status, answer.body.error?.code]).toEqual([401, "invalid_credentials"]);
    const credentialId = authenticator.credentials[0]?.id;
    expect(answer.body.data).toEqual({ unknownCredential: { rpId: "gatehouse.test", credentialId } });
  });

  it("a credential that is removed during the sign-in opens nothing", async () => {
    const { authenticator, passkey, id } = await registerWithPasskey(service);
    const before = await sessionsOf(id);
    const { challengeId, options } = await signInOptions(service);
    const assertion = await authenticator.get(options);
    const [removal, answers] = await Promise.all([
      service.env.DB.prepare("DELETE FROM factors WHERE id = ?").bind(passkey.id).run(),
      inParallel(10, () => service.post("/login/passkey", { challengeId, assertion })),
    ]);
    expect(removal.success).toBe(true);
    const opened = answers.filter(({ status }) => status === 200).length;
    expect(await sessionsOf(id)).toBe(before + opened);
    expect(opened).toBeLessThanOrEqual(1);
  });

  it("a deactivated account is refused after the signature only", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    await service.env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE id = ?").bind(id).run();
    expectErrorResponse(await signInByPasskey(service, authenticator), 403, "account_deactivated");
    const forged = await signInByPasskey(service, authenticator, { origin: "https://evil.example" });
    expectErrorResponse(forged, 401, "invalid_credentials");
  });

  it("an unverified address is refused", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    await service.env.DB.prepare("UPDATE accounts SET email_verified_at = NULL WHERE id = ?").bind(id).run();
    expectErrorResponse(await signInByPasskey(service, authenticator), 403, "email_not_verified");
  });

  it.each([
    ["the same counter", 2],
    ["a lower counter", 1],
  ])("reports a cloned authenticator with %s, and lets it in", async (_case, signCount) => {
    const { authenticator, id, passkey } = await registerWithPasskey(service);
    expect((await signInByPasskey(service, authenticator)).status).toBe(200);
    expect(await eventsOf(id, "passkey_counter_regressed")).toBe(0);
    expect((await signInByPasskey(service, authenticator, { signCount })).status).toBe(200);
    const { results } = await service.env.DB.prepare(
      "SELECT details FROM audit_events WHERE account_id = ? AND type = 'passkey_counter_regressed'",
    )
      .bind(id)
      .all<{ details: string }>();
    expect(results.map(({ details }) => JSON.parse(details))).toEqual([
      { factorId: passkey.id, stored: 2, reported: signCount },
    ]);
  });

  it("an authenticator without a counter is not reported", async () => {
    const { authenticator, id } = await registerWithPasskey(service, { counts: false, isSynced: true });
    for (let use = 0; use < 3; use += 1) await signInByPasskey(service, authenticator);
    expect(await eventsOf(id, "passkey_counter_regressed")).toBe(0);
  });

  it("two accounts on one device: each passkey signs in to its own", async () => {
    const authenticator = createAuthenticator();
    const first = await registerOnKnownDevice(service);
    const second = await registerOnKnownDevice(service);
    await addPasskey(service, first.token, authenticator);
    await addPasskey(service, second.token, authenticator);
    for (const [index, { id }] of [first, second].entries()) {
      const answer = await signInByPasskey(service, authenticator, {}, authenticator.credentials[index]);
      expect(decodeJwt(answer.body.data.token).sub).toBe(id);
    }
  });

  it("a failed sign-in is in the audit log, with the same rows for an unknown credential", async () => {
    const { authenticator, id } = await registerWithPasskey(service);
    await signInByPasskey(service, authenticator, { origin: "https://evil.example" });
    expect(await eventsOf(id, "sign_in_failed")).toBe(1);
    const before = await count("audit_events");
    const unknown = createAuthenticator();
    const options = await registerWithPasskey(service).then(({ token }) =>
      service.post("/me/factors/passkeys/options", undefined, token),
    );
    const events = await count("audit_events");
    expect(events).toBeGreaterThan(before);
    await unknown.create(options.body.data.options);
    expect((await signInByPasskey(service, unknown)).status).toBe(401);
    expect(await count("audit_events")).toBe(events + 1);
  });
});
