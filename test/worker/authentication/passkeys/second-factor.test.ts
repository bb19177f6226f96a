import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { passkeyFactor } from "../../../../src/authentication/passkeys/passkey-factor.ts";
import type { ChallengeToVerify } from "../../../../src/authentication/second-factor/second-factor.ts";
import { selectFactorState } from "../../../../src/authentication/second-factor/statements.ts";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { runBatch } from "../../../../src/db/run-batch.ts";
import { type Authenticator, textAsHandle } from "../../../support/authenticator.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../../support/one-time-codes.ts";
import { registerWithPasskey } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD } from "../../../support/users.ts";

const MINUTE = 60_000;
const service = startService();
const db = openDatabase(env.DB, newMeter());

/** A user with a passkey who has shown the password, and has to show a second factor. */
async function pendingSignIn(settings: Parameters<typeof registerWithPasskey>[1] = {}) {
  const user = await registerWithPasskey(service, settings);
  await markDeviceAsKnown(user.token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, user.token);
  const { challengeId } = await startSecondFactor(service, user.email);
  return { ...user, challengeId };
}

const optionsFor = async (challengeId: string) =>
  (await service.post("/login/otp/options", { challengeId })).body.data.options;

type Subject = { readonly id: string; readonly challengeId: string };

/** Verifies an assertion as the challenge of a sign-in does, with the state that it reads after it has counted the attempt. */
async function verify({ id, challengeId }: Subject, assertion: unknown) {
  const now = service.clock.now();
  const deps = await service.composition(service.env);
  const state = await runBatch(db, selectFactorState(db, { accountId: id, subjectId: challengeId, now }));
  const challenge = {
    ...state,
    id: challengeId,
    codeHash: "",
    account: { id },
  } as unknown as ChallengeToVerify;
  // The clock and the alarms of the service belong to its requests.
  return passkeyFactor.verify({ ...deps, clock: service.clock, reportAlarm: () => undefined }, challenge, {
    by: "assertion",
    assertion,
  });
}

const answer = async (authenticator: Authenticator, challengeId: string, overrides = {}) =>
  authenticator.get(await optionsFor(challengeId), overrides);

describe("a passkey as second factor", () => {
  it("the options name the passkeys of the account, after the first factor only", async () => {
    const { authenticator, challengeId } = await pendingSignIn();
    const options = await optionsFor(challengeId);
    expect(options).toMatchObject({ rpId: "gatehouse.test", userVerification: "preferred" });
    expect(options.allowCredentials).toEqual([
      { type: "public-key", id: authenticator.credentials[0]?.id, transports: ["internal", "hybrid"] },
    ]);
  });

  it("an unknown challenge gets the same kind of options, the same ones each time", async () => {
    const unknown = crypto.randomUUID();
    const [first, second] = [await optionsFor(unknown), await optionsFor(unknown)];
    expect(first.allowCredentials).toEqual([
      { type: "public-key", id: expect.stringMatching(/^[\w-]{43}$/), transports: ["internal", "hybrid"] },
    ]);
    expect(second.allowCredentials).toEqual(first.allowCredentials);
    expect(second.challenge).not.toBe(first.challenge);
    expect(Object.keys(first)).toEqual(Object.keys(await optionsFor((await pendingSignIn()).challengeId)));
  });

  it.each([
    [true, ["hwk", "user"]],
    [false, ["hwk"]],
  ])("with user verification %s it proves %j", async (isUserVerified, amr) => {
    const user = await pendingSignIn();
    const assertion = await answer(user.authenticator, user.challengeId, { isUserVerified });
    expect(await verify(user, assertion)).toEqual({
      factorId: user.passkey.id,
      amr,
      consumes: {
        of: "passkey",
        factorId: user.passkey.id,
        challengeId: expect.any(String),
        signCount: 2,
        regression: null,
      },
    });
  });

  it("a security key that returns no user handle is accepted", async () => {
    const user = await pendingSignIn();
    const assertion = await answer(user.authenticator, user.challengeId, { userHandle: null });
    expect(await verify(user, assertion)).not.toBeNull();
  });

  it.each([
    ["a wrong origin", { origin: "https://evil.example" }],
    ["a wrong RP id", { rpId: "evil.example" }],
    ["a wrong type", { type: "webauthn.create" }],
    ["another challenge", { challenge: "A".repeat(43) }],
    ["a frame of another origin", { clientData: { crossOrigin: true } }],
    ["no user presence", { isUserPresent: false, isUserVerified: false }],
    ["the user handle of another account", { userHandle: textAsHandle(crypto.randomUUID()) }],
  ])("refuses %s", async (_case, overrides) => {
    const user = await pendingSignIn();
    expect(await verify(user, await answer(user.authenticator, user.challengeId, overrides))).toBeNull();
  });

  it("refuses the passkey of another account, and the challenge of another sign-in", async () => {
    const first = await pendingSignIn();
    const second = await pendingSignIn();
    const foreign = await answer(second.authenticator, first.challengeId);
    expect(await verify(first, foreign)).toBeNull();
    expect(await verify(second, foreign)).toBeNull();
    const other = await answer(first.authenticator, second.challengeId);
    expect(await verify(first, other)).toBeNull();
  });

  it("refuses an expired challenge, and one of a registration or a sign-in", async () => {
    const user = await pendingSignIn();
    const assertion = await answer(user.authenticator, user.challengeId);
    expect(await verify(user, assertion)).not.toBeNull();
    for (const purpose of ["registration", "sign_in"]) {
      await env.DB.prepare("UPDATE webauthn_challenges SET purpose = ? WHERE subject_id = ?")
        .bind(purpose, user.challengeId)
        .run();
      expect(await verify(user, assertion)).toBeNull();
    }
    await env.DB.prepare("UPDATE webauthn_challenges SET purpose = 'second_factor' WHERE subject_id = ?")
      .bind(user.challengeId)
      .run();
    service.clock.advance(5 * MINUTE);
    expect(await verify(user, assertion)).toBeNull();
  });

  it.each([["a code"], [null], [{}], [{ id: "a", rawId: "a", type: "public-key", response: {} }]])(
    "refuses what is no assertion: %j",
    async (assertion) => {
      expect(await verify(await pendingSignIn(), assertion)).toBeNull();
    },
  );

  it("reports a cloned authenticator, and accepts it", async () => {
    const user = await pendingSignIn();
    const assertion = await answer(user.authenticator, user.challengeId, { signCount: 1 });
    const verified = await verify(user, assertion);
    expect(verified?.consumes).toMatchObject({
      regression: {
        type: "passkey_counter_regressed",
        details: { factorId: user.passkey.id, stored: 1, reported: 1 },
      },
    });
  });
});
