import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { registerOnKnownDevice } from "../../../support/authenticators.ts";
import { knownDeviceBrowser } from "../../../support/pages.ts";
import {
  addPasskey,
  creationOptions,
  registerWithPasskey,
  signInByPasskey,
} from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { registerAndLogIn, subjectsTo } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();

const add = (token: string, attestation: unknown, label?: string) =>
  service.post("/me/factors/passkeys", { attestation, label }, token);
const passkeysOf = async (accountId: string) =>
  (
    await service.env.DB.prepare("SELECT * FROM factors WHERE account_id = ? AND kind = 'passkey'")
      .bind(accountId)
      .all<Record<string, unknown>>()
  ).results;

describe("registration of a passkey", () => {
  it("stores what later sign-ins need, mails the user and is in the audit log", async () => {
    const user = await registerOnKnownDevice(service);
    const authenticator = createAuthenticator({ isSynced: true });
    const shown = await addPasskey(service, user.token, authenticator, "Laptop");
    expect(shown).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      label: "Laptop",
      createdAt: new Date(service.clock.now()).toISOString(),
      lastUsedAt: null,
      isSynced: true,
      isSecondFactor: false,
    });
    const [credential] = authenticator.credentials;
    expect(await passkeysOf(user.id)).toEqual([
      expect.objectContaining({
        id: shown.id,
        credential_id: credential?.id,
        sign_count: 1,
        is_synced: 1,
        is_second_factor: 0,
        transports: '["internal","hybrid"]',
        aaguid: "00000000-0000-0000-0000-000000000000",
        secret: null,
      }),
    ]);
    expect(await subjectsTo(service, user.email)).toContain("A passkey was added at Gatehouse");
    const { results } = await service.env.DB.prepare(
      "SELECT actor_id, details FROM audit_events WHERE account_id = ? AND type = 'factor_added'",
    )
      .bind(user.id)
      .all<{ actor_id: string; details: string }>();
    expect(results).toEqual([
      { actor_id: user.id, details: JSON.stringify({ factorId: shown.id, factor: "passkey" }) },
    ]);
  });

  it("the options ask for a discoverable credential of this account, without attestation", async () => {
    const { token, id, email, authenticator } = await registerWithPasskey(service);
    const options = await creationOptions(service, token);
    expect(options).toMatchObject({
      rp: { id: "gatehouse.test", name: "Gatehouse" },
      user: { name: email, displayName: "Ada" },
      attestation: "none",
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "preferred",
      },
    });
    expect(atob(options.user.id)).toBe(id);
    expect(options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg)).toEqual([-7, -8, -257]);
    const known = authenticator.credentials.map((credential) => credential.id);
    expect(options.excludeCredentials.map((credential: { id: string }) => credential.id)).toEqual(known);
  });

  it.each([
    ["a wrong origin", { origin: "https://evil.example" }],
    ["a wrong RP id", { rpId: "evil.example" }],
    ["an assertion in place of a registration", { type: "webauthn.get" }],
    ["a challenge that was not issued", { challenge: "A".repeat(43) }],
    ["a frame of another origin", { clientData: { crossOrigin: true } }],
    ["a frame that names its top origin", { clientData: { topOrigin: "https://evil.example" } }],
    ["no user presence", { isUserPresent: false, isUserVerified: false }],
  ])("refuses %s", async (_case, overrides) => {
    const { token, id } = await registerOnKnownDevice(service);
    const attestation = await createAuthenticator().create(await creationOptions(service, token), overrides);
    expectErrorResponse(await add(token, attestation), 400, "passkey_invalid");
    expect(await passkeysOf(id)).toEqual([]);
  });

  it("a passkey without user verification is accepted, and does not sign in alone", async () => {
    const { token } = await registerOnKnownDevice(service);
    const authenticator = createAuthenticator();
    const attestation = await authenticator.create(await creationOptions(service, token), {
      isUserVerified: false,
    });
    expect((await add(token, attestation)).status).toBe(201);
    const answer = await signInByPasskey(service, authenticator, { isUserVerified: false });
    expectErrorResponse(answer, 403, "user_verification_required");
  });

  it("a challenge is used once, also by 50 parallel requests", async () => {
    const { token, id } = await registerOnKnownDevice(service);
    const options = await creationOptions(service, token);
    const attestations = await Promise.all(
      Array.from({ length: 50 }, () => createAuthenticator().create(options)),
    );
    const answers = await inParallel(50, (index) => add(token, attestations[index]));
    expect(statusCounts(answers)).toEqual({ 201: 1, 400: 49 });
    expect(await passkeysOf(id)).toHaveLength(1);
  });

  it("a challenge expires after five minutes", async () => {
    const { token } = await registerOnKnownDevice(service);
    const attestation = await createAuthenticator().create(await creationOptions(service, token));
    service.clock.advance(5 * MINUTE);
    expectErrorResponse(await add(token, attestation), 400, "passkey_invalid");
  });

  it("a challenge belongs to its account", async () => {
    const first = await registerOnKnownDevice(service);
    const second = await registerOnKnownDevice(service);
    const attestation = await createAuthenticator().create(await creationOptions(service, first.token));
    expectErrorResponse(await add(second.token, attestation), 400, "passkey_invalid");
    expect((await add(first.token, attestation)).status).toBe(201);
  });

  it("a challenge belongs to its session", async () => {
    const user = await registerOnKnownDevice(service);
    const { email, deviceToken } = user;
    const login = { email, password: "a quiet lighthouse 7", deviceToken };
    const other = (await service.post("/login", login)).body.data.token;
    const attestation = await createAuthenticator().create(await creationOptions(service, user.token));
    expectErrorResponse(await add(other, attestation), 400, "passkey_invalid");
  });

  it("a credential of another account is refused", async () => {
    const { authenticator, token } = await registerWithPasskey(service);
    const other = await registerOnKnownDevice(service);
    const attestation = await authenticator.create(await creationOptions(service, token));
    expect((await add(token, attestation)).status).toBe(201);
    const [, added] = authenticator.credentials;
    await service.env.DB.prepare("UPDATE factors SET account_id = ? WHERE credential_id = ?")
      .bind(other.id, added?.id)
      .run();
    const again = await authenticator.create(await creationOptions(service, token));
    await service.env.DB.prepare("UPDATE factors SET credential_id = ? WHERE credential_id = ?")
      .bind(again.id, added?.id)
      .run();
    expectErrorResponse(await add(token, again), 409, "conflict");
    expect(await passkeysOf(other.id)).toHaveLength(1);
  });

  it("an account has 25 passkeys at most", async () => {
    const { token, id } = await registerWithPasskey(service);
    const statement = service.env.DB.prepare(
      "INSERT INTO factors (id, account_id, kind, created_at, credential_id, is_second_factor) VALUES (?, ?, 'passkey', 0, ?, 0)",
    );
    await service.env.DB.batch(
      Array.from({ length: 23 }, () => statement.bind(crypto.randomUUID(), id, crypto.randomUUID())),
    );
    await addPasskey(service, token, createAuthenticator());
    const attestation = await createAuthenticator().create(await creationOptions(service, token));
    expectErrorResponse(await add(token, attestation), 409, "conflict");
  });

  it("needs a recent authentication, for the options and for the passkey", async () => {
    const { token } = await registerOnKnownDevice(service);
    service.clock.advance(8 * MINUTE);
    const attestation = await createAuthenticator().create(await creationOptions(service, token));
    service.clock.advance(3 * MINUTE);
    expectErrorResponse(await add(token, attestation), 403, "reauthentication_required");
    expectErrorResponse(
      await service.post("/me/factors/passkeys/options", undefined, token),
      403,
      "reauthentication_required",
    );
  });

  it("the password on an unknown device is not enough for the first factor", async () => {
    const { token } = await registerAndLogIn(service);
    expectErrorResponse(
      await service.post("/me/factors/passkeys/options", undefined, token),
      403,
      "reauthentication_required",
    );
  });

  it.each([
    [{ SIGN_IN_METHODS: "password", SECOND_FACTORS: "totp" }, 404],
    [{ SIGN_IN_METHODS: "password", SECOND_FACTORS: "passkey", SECOND_FACTOR: "off" }, 404],
    [{ SIGN_IN_METHODS: "password", SECOND_FACTORS: "passkey" }, 201],
    [{ SIGN_IN_METHODS: "password,passkey", SECOND_FACTORS: "totp" }, 201],
    [{ SIGN_IN_METHODS: "password,passkey", SECOND_FACTOR: "off" }, 201],
  ])("with %j a registration answers %i", async (variables, status) => {
    const own = startService({ env: variables, clock: service.clock });
    const { token, id, email } = await registerOnKnownDevice(service);
    const attestation = await createAuthenticator().create(await creationOptions(service, token));
    const options = await own.post("/me/factors/passkeys/options", undefined, token);
    const added = await own.post("/me/factors/passkeys", { attestation }, token);
    expect([options.status, added.status]).toEqual([status === 201 ? 200 : 404, status]);
    expect(await passkeysOf(id)).toHaveLength(status === 201 ? 1 : 0);
    const browser = await knownDeviceBrowser(own, email);
    const page = await browser.visit("/account/passkeys");
    expect(page.text.includes('data-passkey="create"')).toBe(status === 201);
    const links = (await browser.visit("/account/two-step")).text;
    expect(links.includes('href="/account/passkeys"')).toBe(status === 201);
  });

  it("a session that a passkey has opened may add another one", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const { token } = (await signInByPasskey(service, authenticator)).body.data;
    await addPasskey(service, token, createAuthenticator());
  });
});
