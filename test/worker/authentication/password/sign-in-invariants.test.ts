import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operationPartOf } from "../../../../src/http/openapi-operation.ts";
import { inParallel } from "../../../support/assertions.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { enterEmailCode, requestEmailCode } from "../../../support/email-codes.ts";
import { startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { amrOf, registerWithPasskey, signInByPasskey } from "../../../support/passkeys.ts";
import { type ApiResponse, createTestClock, startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { logIn, PASSWORD, register, registerVerifiedUser, tokenMailedTo } from "../../../support/users.ts";

const START = Date.now();
const providers = openProviders();
const plain = startService({ env: providers.variables, clock: createTestClock(START) });
const always = startService({
  env: { ...providers.variables, LOGIN_OTP: "always" },
  clock: createTestClock(START),
});

/** Whether a response of this JSON schema may carry a session: a token, or the data beside its cookies. */
function carriesSession(shape: unknown): boolean {
  if (typeof shape !== "object" || shape === null) return false;
  const { properties = {} } = shape as { properties?: object };
  if ("token" in properties || ("csrfToken" in properties && "user" in properties)) return true;
  return Object.values(shape).some(carriesSession);
}

/** The routes come from the router, so that a new sign-in route fails this test until it has a row below. */
const sessionRoutes = () =>
  plain.app.routes
    .filter(({ handler }) => {
      const { answer, alternatives = [], bare } = operationPartOf(handler) ?? {};
      const schemas = [answer?.data, bare, ...alternatives.map((one) => one.data)];
      return schemas.some(
        (schema) => schema && carriesSession(z.toJSONSchema(schema, { unrepresentable: "any" })),
      );
    })
    .map(({ method, path }) => `${method} ${path}`);

const updateAccount = (change: string, email: string) =>
  env.DB.prepare(`UPDATE accounts SET ${change} WHERE email = ?`).bind(email).run();
const deactivate = (email: string) => updateAccount("status = 'deactivated'", email);
const unverify = (email: string) => updateAccount("email_verified_at = NULL", email);

const signIn = (email: string) => plain.post("/login", { email, password: PASSWORD });
const verifyCode = (challengeId: string, code: string) => always.post("/login/otp", { challengeId, code });
const refresh = (refreshToken: string) => plain.post("/refresh", { refreshToken });

const bySocialToken = async (email: string, at = plain) => {
  const accessToken = await providers.tokenOf(socialUser({ id: await linkGitHub(email, providers.issuer) }));
  return () => at.post("/social/github/token", { accessToken });
};

const lock = (email: string) =>
  inParallel(10, () => plain.post("/login", { email, password: "not the password" }));

/** Expects the status and the error code, and no new session. */
async function expectRefused(
  email: string,
  attempt: () => Promise<ApiResponse>,
  status: number,
  code: string,
) {
  const before = await countSessions(email);
  const answer = await attempt();
  expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([status, code, undefined]);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await countSessions(email)).toBe(before);
}

type Row = Readonly<Record<"locked" | "deactivated" | "unverified" | "second factor required", Case>>;
/** The name states the outcome at the route in that state of the account. */
type Case = readonly [name: string, run: () => Promise<void>];

const forIdentity = (present: typeof bySocialToken, credential: string): Row => ({
  locked: [
    `refuses ${credential} during a lockout`,
    async () => {
      const { email } = await registerVerifiedUser(plain);
      const attempt = await present(email);
      await lock(email);
      await expectRefused(email, attempt, 429, "too_many_attempts");
    },
  ],
  deactivated: [
    `refuses ${credential} of a deactivated account`,
    async () => {
      const { email } = await registerVerifiedUser(plain);
      const attempt = await present(email);
      await deactivate(email);
      await expectRefused(email, attempt, 403, "account_deactivated");
    },
  ],
  unverified: [
    `refuses ${credential} of an unverified account`,
    async () => {
      const { email } = await registerVerifiedUser(plain);
      const attempt = await present(email);
      await unverify(email);
      await expectRefused(email, attempt, 403, "email_not_verified");
    },
  ],
  "second factor required": [
    `returns a challenge and no session for ${credential} if a second factor is required`,
    async () => {
      const { email } = await registerVerifiedUser(plain);
      const answer = await (await present(email, always))();
      expect(Object.keys(answer.body.data).sort()).toEqual([
        "challengeId",
        "defaultFactor",
        "expiresIn",
        "factors",
        "otpRequired",
      ]);
      expect([answer.headers.getSetCookie(), await countSessions(email)]).toEqual([[], 0]);
    },
  ],
});

const matrix: Readonly<Record<string, Row>> = {
  "POST /api/auth/social/:provider/token": forIdentity(bySocialToken, "a provider token"),
  "POST /api/auth/login": {
    locked: [
      "refuses a correct password during a lockout",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        await lock(email);
        await expectRefused(email, () => signIn(email), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a correct password of a deactivated account",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        await deactivate(email);
        await expectRefused(email, () => signIn(email), 403, "account_deactivated");
      },
    ],
    unverified: [
      "refuses a correct password of an unverified account",
      async () => {
        const { email } = await register(plain);
        await expectRefused(email, () => signIn(email), 403, "email_not_verified");
      },
    ],
    "second factor required": [
      "returns a challenge and no session for a correct password if a second factor is required",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const answer = await always.post("/login", { email, password: PASSWORD });
        expect(Object.keys(answer.body.data).sort()).toEqual([
          "challengeId",
          "defaultFactor",
          "expiresIn",
          "factors",
          "otpRequired",
        ]);
        expect([answer.headers.getSetCookie(), await countSessions(email)]).toEqual([[], 0]);
      },
    ],
  },
  "POST /api/auth/login/email-code/verify": {
    locked: [
      "refuses a correct email code if a lockout has started since",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const challenge = await requestEmailCode(plain, email);
        await lock(email);
        await expectRefused(email, () => enterEmailCode(plain, challenge), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a correct email code if the account has been deactivated since",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const challenge = await requestEmailCode(plain, email);
        await deactivate(email);
        await expectRefused(email, () => enterEmailCode(plain, challenge), 403, "account_deactivated");
      },
    ],
    unverified: [
      "refuses a wrong email code of an unverified account, whose address a correct one verifies",
      async () => {
        const { email } = await register(plain);
        const challenge = await requestEmailCode(plain, email);
        const wrong = { ...challenge, code: wrongCode(challenge.code) };
        await expectRefused(email, () => enterEmailCode(plain, wrong), 400, "code_invalid");
        expect((await enterEmailCode(plain, challenge)).body.data.user.isVerified).toBe(true);
      },
    ],
    "second factor required": [
      "asks for no second mailed code",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const answer = await enterEmailCode(always, await requestEmailCode(always, email));
        expect(answer.body.data).not.toHaveProperty("otpRequired");
      },
    ],
  },
  "POST /api/auth/login/passkey": {
    locked: [
      "refuses a passkey during a lockout",
      async () => {
        const { email, authenticator } = await registerWithPasskey(plain);
        await lock(email);
        await expectRefused(email, () => signInByPasskey(plain, authenticator), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a passkey of a deactivated account",
      async () => {
        const { email, authenticator } = await registerWithPasskey(plain);
        await deactivate(email);
        await expectRefused(email, () => signInByPasskey(plain, authenticator), 403, "account_deactivated");
      },
    ],
    unverified: [
      "refuses a passkey of an unverified account",
      async () => {
        const { email, authenticator } = await registerWithPasskey(plain);
        await unverify(email);
        await expectRefused(email, () => signInByPasskey(plain, authenticator), 403, "email_not_verified");
      },
    ],
    "second factor required": [
      "refuses a passkey that has not verified the user, and opens a session with two factors by one that has",
      async () => {
        const { email, authenticator } = await registerWithPasskey(plain);
        const unattended = () => signInByPasskey(always, authenticator, { isUserVerified: false });
        await expectRefused(email, unattended, 403, "user_verification_required");
        const answer = await signInByPasskey(always, authenticator);
        expect(amrOf(answer.body.data.token)).toContain("mfa");
      },
    ],
  },
  "POST /api/auth/login/otp": {
    locked: [
      "refuses a correct code if a lockout has started since",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { challengeId, code } = await startSecondFactor(always, email);
        await lock(email);
        await expectRefused(email, () => verifyCode(challengeId, code), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a correct code if the account has been deactivated since",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { challengeId, code } = await startSecondFactor(always, email);
        await deactivate(email);
        await expectRefused(email, () => verifyCode(challengeId, code), 400, "code_invalid");
      },
    ],
    unverified: [
      "refuses a correct code if the address is no longer verified",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { challengeId, code } = await startSecondFactor(always, email);
        await unverify(email);
        await expectRefused(email, () => verifyCode(challengeId, code), 400, "code_invalid");
      },
    ],
    "second factor required": [
      "refuses a wrong code, and a code without its challenge",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { challengeId, code } = await startSecondFactor(always, email);
        await expectRefused(email, () => verifyCode(challengeId, wrongCode(code)), 400, "code_invalid");
        const withoutChallenge = { code, email, password: PASSWORD };
        await expectRefused(
          email,
          () => always.post("/login/otp", withoutChallenge),
          400,
          "validation_failed",
        );
      },
    ],
  },
  "POST /api/auth/refresh": {
    locked: [
      "refreshes an open session during a lockout of its account",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { refreshToken } = await logIn(plain, email);
        await lock(email);
        expect((await refresh(refreshToken)).status).toBe(200);
        expect(await countSessions(email)).toBe(1);
      },
    ],
    deactivated: [
      "refuses the refresh token of a deactivated account",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { refreshToken } = await logIn(plain, email);
        await deactivate(email);
        await expectRefused(email, () => refresh(refreshToken), 401, "refresh_invalid");
      },
    ],
    unverified: [
      "refuses the email token of an unverified account as a refresh token",
      async () => {
        const { email, answer } = await register(plain);
        expect(answer.text).not.toMatch(/eyJ/);
        const mailed = await tokenMailedTo(plain, email);
        await expectRefused(email, () => refresh(mailed), 401, "refresh_invalid");
      },
    ],
    "second factor required": [
      "refuses a challenge and a code as refresh tokens, and refreshes an earlier session",
      async () => {
        const { email } = await registerVerifiedUser(plain);
        const { refreshToken } = await logIn(plain, email);
        const { challengeId, code } = await startSecondFactor(always, email);
        await expectRefused(email, () => refresh(challengeId), 401, "refresh_invalid");
        await expectRefused(email, () => refresh(code), 401, "refresh_invalid");
        expect((await refresh(refreshToken)).status).toBe(200);
      },
    ],
  },
};

describe("sign-in invariants", () => {
  it("covers every route whose documented response carries a session", () => {
    expect(sessionRoutes().sort()).toEqual(Object.keys(matrix).sort());
  });

  for (const [route, row] of Object.entries(matrix)) {
    describe(route, () => {
      for (const [state, [name, run]] of Object.entries(row)) it(`${name} (state: ${state}, ${route})`, run);
    });
  }
});
