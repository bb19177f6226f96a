import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../../support/assertions.ts";
import {
  addAuthenticator,
  multiplyChallenge,
  registerWithAuthenticator,
  startChallenge,
  wrongTotpCode,
} from "../../../../support/authenticators.ts";
import { lastUseOf } from "../../../../support/number-factor.ts";
import { NEW_SECRET, OLD_SECRET } from "../../../../support/rotating-secret.ts";
import { startService } from "../../../../support/service.ts";
import { accountIdOf, mailTo, PASSWORD } from "../../../../support/users.ts";

const MINUTE = 60_000;
const STEP = 30_000;
const service = startService();

const answer = (challengeId: string, code: string) => service.post("/login/otp", { challengeId, code });
const signIn = async (email: string, code: string) => answer(await startChallenge(service, email), code);
const sessionsOf = async (email: string) => {
  const query = "SELECT amr FROM sessions WHERE account_id = ? AND amr LIKE '%otp%'";
  const { results } = await service.env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all();
  return results;
};

describe("signing in with an authenticator app", () => {
  it("the sign-in asks for its code, mails none, and the session has shown two factors", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const before = (await mailTo(service, email)).length;
    const started = await service.post("/login", { email, password: PASSWORD });
    expect(started.body.message).toBe("Enter the code of your authenticator app.");
    expect(await mailTo(service, email)).toHaveLength(before);
    const signedIn = await answer(started.body.data.challengeId, authenticator.code());
    expect(signedIn.status).toBe(200);
    expect(decodeJwt(signedIn.body.data.token).amr).toEqual(expect.arrayContaining(["pwd", "otp"]));
    expect(await lastUseOf(authenticator.id)).toBe(service.clock.now());
  });

  it.each([-1, 0, 1])("the clock of the app may differ by one step: %i", async (steps) => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    service.clock.advance(STEP);
    expect((await signIn(email, authenticator.code(steps))).status).toBe(200);
  });

  it.each([-2, 2])("the code of the step %i from now is refused", async (steps) => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    service.clock.advance(2 * STEP);
    expectErrorResponse(await signIn(email, authenticator.code(steps)), 400, "code_invalid");
  });

  it("a code is accepted once, and the codes before it no more", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    service.clock.advance(STEP);
    const [earlier, code] = [authenticator.code(-1), authenticator.code()];
    expect((await signIn(email, code)).status).toBe(200);
    expectErrorResponse(await signIn(email, code), 400, "code_invalid");
    expectErrorResponse(await signIn(email, earlier), 400, "code_invalid");
    service.clock.advance(STEP);
    expectErrorResponse(await signIn(email, code), 400, "code_invalid");
    service.clock.advance(10 * STEP);
    expectErrorResponse(await signIn(email, code), 400, "code_invalid");
    expect((await signIn(email, authenticator.code())).status).toBe(200);
  });

  it("after the clock of the service was set back, no code is accepted twice", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    service.clock.advance(4 * STEP);
    const code = authenticator.code();
    expect((await signIn(email, code)).status).toBe(200);
    service.clock.advance(-2 * STEP);
    expectErrorResponse(await signIn(email, authenticator.code()), 400, "code_invalid");
    service.clock.advance(2 * STEP);
    expectErrorResponse(await signIn(email, code), 400, "code_invalid");
    service.clock.advance(STEP);
    expect((await signIn(email, authenticator.code())).status).toBe(200);
  });

  it("of 50 parallel uses of one code for challenges of their own, one opens a session", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const challenges = await multiplyChallenge(await startChallenge(service, email), 50);
    const code = authenticator.code();
    const answers = await inParallel(50, (index) => answer(challenges[index] ?? "", code));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await sessionsOf(email)).toHaveLength(1);
  });

  it("of 50 parallel answers to one challenge, one opens a session", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const challengeId = await startChallenge(service, email);
    const answers = await inParallel(50, () => answer(challengeId, authenticator.code()));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await sessionsOf(email)).toHaveLength(1);
  });

  it("each of several authenticators is accepted, and uses its own steps", async () => {
    const { email, token, authenticator } = await registerWithAuthenticator(service);
    const second = await addAuthenticator(service, token);
    expect((await signIn(email, second.code())).status).toBe(200);
    expect(await lastUseOf(authenticator.id)).toBeNull();
    expect((await signIn(email, authenticator.code())).status).toBe(200);
    expectErrorResponse(await signIn(email, second.code()), 400, "code_invalid");
    expect(await lastUseOf(second.id)).toBe(service.clock.now());
  });

  it("the code of another account's authenticator is refused", async () => {
    const { email } = await registerWithAuthenticator(service);
    const other = await registerWithAuthenticator(service);
    expectErrorResponse(await signIn(email, other.authenticator.code()), 400, "code_invalid");
  });

  it("a row whose secret was moved from another account opens nothing", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const other = await registerWithAuthenticator(service);
    await service.env.DB.prepare(
      "UPDATE factors SET secret = (SELECT secret FROM factors WHERE id = ?) WHERE id = ?",
    )
      .bind(other.authenticator.id, authenticator.id)
      .run();
    expectErrorResponse(await signIn(email, other.authenticator.code()), 400, "code_invalid");
  });

  it("five answers are evaluated for a challenge", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const challengeId = await startChallenge(service, email);
    const wrong = wrongTotpCode(service, authenticator.secret);
    for (let tries = 0; tries < 5; tries += 1) await answer(challengeId, wrong);
    expectErrorResponse(await answer(challengeId, authenticator.code()), 400, "code_invalid");
    expect((await signIn(email, authenticator.code())).status).toBe(200);
  });

  it("wrong codes count for the lockout of the account", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const wrong = wrongTotpCode(service, authenticator.secret);
    for (let count = 0; count < 2; count += 1) {
      const challengeId = await startChallenge(service, email);
      for (let tries = 0; tries < 5; tries += 1) await answer(challengeId, wrong);
    }
    const locked = await service.post("/login", { email, password: PASSWORD });
    expectErrorResponse(locked, 429, "too_many_attempts");
  });

  it("an authenticator that is removed answers no waiting sign-in", async () => {
    const { email, token, authenticator } = await registerWithAuthenticator(service);
    const challengeId = await startChallenge(service, email);
    const removed = await service.call(
      "DELETE",
      `/api/auth/me/factors/${authenticator.id}`,
      undefined,
      token,
    );
    expect(removed.status).toBe(200);
    expectErrorResponse(await answer(challengeId, authenticator.code()), 400, "code_invalid");
  });

  it("after a rotation of the root secret its use seals it under the new one", async () => {
    const { email, authenticator } = await registerWithAuthenticator(service);
    const { clock } = service;
    const sealed = async () =>
      (
        await service.env.DB.prepare("SELECT secret FROM factors WHERE id = ?")
          .bind(authenticator.id)
          .first<{ secret: string }>()
      )?.secret;
    const before = await sealed();
    const env = { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: OLD_SECRET };
    const rotated = startService({ env, clock });
    const use = async (of: typeof service) =>
      of.post("/login/otp", {
        challengeId: await startChallenge(of, email),
        code: authenticator.code(),
      });
    expect((await use(rotated)).status).toBe(200);
    const after = await sealed();
    expect(after?.split(".")[0]).not.toBe(before?.split(".")[0]);
    clock.advance(MINUTE);
    // The earlier secret is not needed any more.
    expect((await use(startService({ env: { AUTH_SECRET: NEW_SECRET }, clock }))).status).toBe(200);
    expect(await sealed()).toBe(after);
  });
});
