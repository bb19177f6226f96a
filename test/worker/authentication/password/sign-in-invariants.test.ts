import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { partOf } from "../../../../src/http/operation.ts";
import { inParallel } from "../../../support/parallel.ts";
import { challengeOf, wrongCode } from "../../../support/second-factor.ts";
import { type Answer, createTestClock, startService } from "../../../support/service.ts";
import { VERIFIER } from "../../../support/social/app.ts";
import { authorizationCodeFor, linkGitHub } from "../../../support/social/inserted-rows.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { sessionsOf } from "../../../support/tables.ts";
import { logIn, member, PASSWORD, register, tokenMailedTo } from "../../../support/users.ts";

const START = Date.now();
const providers = openProviders();
const plain = startService({ env: providers.variables, clock: createTestClock(START) });
const always = startService({
  env: { ...providers.variables, LOGIN_OTP: "always" },
  clock: createTestClock(START),
});

/** Whether an answer of that shape may hold a session: a token, or what goes with its cookies. */
function holdsSession(shape: unknown): boolean {
  if (typeof shape !== "object" || shape === null) return false;
  const { properties = {} } = shape as { properties?: object };
  if ("token" in properties || ("csrfToken" in properties && "user" in properties)) return true;
  return Object.values(shape).some(holdsSession);
}

/** Out of the router itself, so that a later way in fails this test until it has its row below. */
const waysIn = () =>
  plain.app.routes
    .filter(({ handler }) => {
      const { answer, alternatives = [], bare } = partOf(handler) ?? {};
      const schemas = [answer?.data, bare, ...alternatives.map((one) => one.data)];
      return schemas.some(
        (schema) => schema && holdsSession(z.toJSONSchema(schema, { unrepresentable: "any" })),
      );
    })
    .map(({ method, path }) => `${method} ${path}`);

const setTo = (change: string, email: string) =>
  env.DB.prepare(`UPDATE accounts SET ${change} WHERE email = ?`).bind(email).run();
const deactivate = (email: string) => setTo("status = 'deactivated'", email);
const unverify = (email: string) => setTo("email_verified_at = NULL", email);

const signIn = (email: string) => plain.post("/login", { email, password: PASSWORD });
const finish = (challengeId: string, code: string) => always.post("/login/otp", { challengeId, code });
const refresh = (refreshToken: string) => plain.post("/refresh", { refreshToken });

const atGitHub = async (email: string, of = plain) => {
  const accessToken = await providers.tokenOf(socialUser({ id: await linkGitHub(email, providers.issuer) }));
  return () => of.post("/social/github/token", { accessToken });
};
const byCode = async (email: string, of = plain) => {
  const code = await authorizationCodeFor(email, START);
  return () => of.post("/exchange", { code, codeVerifier: VERIFIER });
};

const lock = (email: string) =>
  inParallel(10, () => plain.post("/login", { email, password: "not the password" }));

/** Refused with that status and code, and no session more than before. */
async function refused(email: string, attempt: () => Promise<Answer>, status: number, code: string) {
  const before = await sessionsOf(email);
  const answer = await attempt();
  expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([status, code, undefined]);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(await sessionsOf(email)).toBe(before);
}

type Row = Readonly<Record<"locked" | "deactivated" | "unverified" | "second step due", Case>>;
/** The name says what comes out of that state at that route. */
type Case = readonly [name: string, run: () => Promise<void>];

/** What a proven identity comes to is the same by whichever way it is presented. */
const forIdentity = (present: typeof atGitHub, what: string): Row => ({
  locked: [
    `refuses ${what} while the lock holds`,
    async () => {
      const { email } = await member(plain);
      const attempt = await present(email);
      await lock(email);
      await refused(email, attempt, 429, "too_many_attempts");
    },
  ],
  deactivated: [
    `refuses ${what}`,
    async () => {
      const { email } = await member(plain);
      const attempt = await present(email);
      await deactivate(email);
      await refused(email, attempt, 403, "account_deactivated");
    },
  ],
  unverified: [
    `refuses ${what}`,
    async () => {
      const { email } = await member(plain);
      const attempt = await present(email);
      await unverify(email);
      await refused(email, attempt, 403, "email_not_verified");
    },
  ],
  "second step due": [
    `gives a challenge for ${what}, and no session`,
    async () => {
      const { email } = await member(plain);
      const answer = await (await present(email, always))();
      expect(Object.keys(answer.body.data).sort()).toEqual(["challengeId", "expiresIn", "otpRequired"]);
      expect([answer.headers.getSetCookie(), await sessionsOf(email)]).toEqual([[], 0]);
    },
  ],
});

const matrix: Readonly<Record<string, Row>> = {
  "POST /api/auth/social/:provider/token": forIdentity(atGitHub, "an app's token"),
  "POST /api/auth/exchange": forIdentity(byCode, "a code of a redirect"),
  "POST /api/auth/login": {
    locked: [
      "refuses a right password while the lock holds",
      async () => {
        const { email } = await member(plain);
        await lock(email);
        await refused(email, () => signIn(email), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a right password",
      async () => {
        const { email } = await member(plain);
        await deactivate(email);
        await refused(email, () => signIn(email), 403, "account_deactivated");
      },
    ],
    unverified: [
      "refuses a right password",
      async () => {
        const { email } = await register(plain);
        await refused(email, () => signIn(email), 403, "email_not_verified");
      },
    ],
    "second step due": [
      "gives a challenge for a right password, and no session",
      async () => {
        const { email } = await member(plain);
        const answer = await always.post("/login", { email, password: PASSWORD });
        expect(Object.keys(answer.body.data).sort()).toEqual(["challengeId", "expiresIn", "otpRequired"]);
        expect([answer.headers.getSetCookie(), await sessionsOf(email)]).toEqual([[], 0]);
      },
    ],
  },
  "POST /api/auth/login/otp": {
    locked: [
      "refuses a right code when the lock has shut since",
      async () => {
        const { email } = await member(plain);
        const { challengeId, code } = await challengeOf(always, email);
        await lock(email);
        await refused(email, () => finish(challengeId, code), 429, "too_many_attempts");
      },
    ],
    deactivated: [
      "refuses a right code when the account has been deactivated since",
      async () => {
        const { email } = await member(plain);
        const { challengeId, code } = await challengeOf(always, email);
        await deactivate(email);
        await refused(email, () => finish(challengeId, code), 400, "code_invalid");
      },
    ],
    unverified: [
      "refuses a right code when the address is not verified any more",
      async () => {
        const { email } = await member(plain);
        const { challengeId, code } = await challengeOf(always, email);
        await unverify(email);
        await refused(email, () => finish(challengeId, code), 400, "code_invalid");
      },
    ],
    "second step due": [
      "refuses anything but the right code",
      async () => {
        const { email } = await member(plain);
        const { challengeId, code } = await challengeOf(always, email);
        await refused(email, () => finish(challengeId, wrongCode(code)), 400, "code_invalid");
        const unnamed = { code, email, password: PASSWORD };
        await refused(email, () => always.post("/login/otp", unnamed), 400, "validation_failed");
      },
    ],
  },
  "POST /api/auth/refresh": {
    locked: [
      "goes on with a session that is open already: a stranger's guesses do not end it",
      async () => {
        const { email } = await member(plain);
        const { refreshToken } = await logIn(plain, email);
        await lock(email);
        expect((await refresh(refreshToken)).status).toBe(200);
        expect(await sessionsOf(email)).toBe(1);
      },
    ],
    deactivated: [
      "refuses the refresh token of an open session",
      async () => {
        const { email } = await member(plain);
        const { refreshToken } = await logIn(plain, email);
        await deactivate(email);
        await refused(email, () => refresh(refreshToken), 401, "refresh_invalid");
      },
    ],
    unverified: [
      "takes nothing that somebody has who only registered",
      async () => {
        const { email, answer } = await register(plain);
        expect(answer.text).not.toMatch(/eyJ/);
        const mailed = await tokenMailedTo(plain, email);
        await refused(email, () => refresh(mailed), 401, "refresh_invalid");
      },
    ],
    "second step due": [
      "takes neither challenge nor code, and goes on with a session that was open before",
      async () => {
        const { email } = await member(plain);
        const { refreshToken } = await logIn(plain, email);
        const { challengeId, code } = await challengeOf(always, email);
        await refused(email, () => refresh(challengeId), 401, "refresh_invalid");
        await refused(email, () => refresh(code), 401, "refresh_invalid");
        expect((await refresh(refreshToken)).status).toBe(200);
      },
    ],
  },
};

describe("the ways in", () => {
  it("are these, by what the routes say of their answers", () => {
    expect(waysIn().sort()).toEqual(Object.keys(matrix).sort());
  });

  for (const [route, row] of Object.entries(matrix)) {
    describe(route, () => {
      for (const [state, [name, run]] of Object.entries(row)) it(`${state}: ${name}`, run);
    });
  }
});
