import { type Context, Hono } from "hono";
import * as z from "zod";
import { emailField, passwordField } from "../accounts/fields.ts";
import { captchaTokenField } from "../captcha/fields.ts";
import { challengeIdField, codeField } from "../challenges/fields.ts";
import { DEVICE_LIFE } from "../devices/device-token.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { type CsrfDeps, csrfTokenOfSession, isCsrfSafe } from "../http/csrf.ts";
import { jsonBody } from "../http/input.ts";
import { describe } from "../http/operation.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { deviceCookie, setDeviceCookie, setSessionCookies } from "../http/session-cookies.ts";
import { SECOND } from "../kernel/clock.ts";
import type { FailureCode } from "../kernel/failure-codes.ts";
import { loginFailures } from "./failures.ts";
import { deviceTokenField, loginDataSchema, transportField } from "./fields.ts";
import { type FinishLoginDeps, finishLogin } from "./finish-login.ts";
import type { LoginFailure, SignedIn } from "./outcome.ts";
import { type ResendCodeDeps, resendCode } from "./resend-code.ts";
import { type StartLoginDeps, startLogin } from "./start-login.ts";

const loggedIn = answer(200, "Login successful", loginDataSchema);
const secondStep = answer(
  200,
  "We have sent you a code.",
  z.object({ otpRequired: z.literal(true), challengeId: z.uuid(), expiresIn: z.int() }),
);
const resent = answer(200, "If that sign-in is still waiting, a new code has been sent.");

type Deps = StartLoginDeps & FinishLoginDeps & ResendCodeDeps & CsrfDeps;

/** Sign-in by password, and its second step. */
export function loginRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  return new Hono<HttpEnv>()
    .post(
      "/login",
      describe({
        summary: "Sign in by password",
        description:
          "Gives tokens (or, with the transport `cookie`, cookies), or a challenge where a second step is due. " +
          "Send back the `deviceToken` of an earlier sign-in for this device to be known.",
        tag,
        answer: loggedIn,
        alternatives: [secondStep],
        failures: codesOf(
          "no_such_account",
          "email_not_verified",
          "account_deactivated",
          "captcha_required",
          "captcha_failed",
          "locked",
          "send_cap",
          "csrf",
        ),
      }),
      jsonBody(
        z.strictObject({
          email: emailField,
          password: passwordField,
          captchaToken: captchaTokenField.optional(),
          deviceToken: deviceTokenField.optional(),
          transport: transportField.optional(),
        }),
      ),
      async (c) => {
        const { transport, ...input } = c.req.valid("json");
        const deps = depsOf(c);
        if (transport === "cookie" && !(await isCsrfSafe(c, deps))) return refuse(c, "csrf_failed");
        const deviceToken = input.deviceToken ?? deviceCookie(c);
        const result = await startLogin(deps, { ...input, deviceToken, caller: c.var.caller });
        if (!result.ok) return sendRefusal(c, result.error);
        if (result.value.kind === "signed_in") return welcome(c, deps, result.value, transport);
        const { challengeId, expiresIn } = result.value;
        return respond(c, secondStep, { otpRequired: true, challengeId, expiresIn });
      },
    )
    .post(
      "/login/otp",
      describe({
        summary: "Answer the second step with the code",
        tag,
        answer: loggedIn,
        failures: codesOf("code_wrong", "locked", "csrf"),
      }),
      jsonBody(
        z.strictObject({
          challengeId: challengeIdField,
          code: codeField,
          transport: transportField.optional(),
        }),
      ),
      async (c) => {
        const { transport, ...input } = c.req.valid("json");
        const deps = depsOf(c);
        if (transport === "cookie" && !(await isCsrfSafe(c, deps))) return refuse(c, "csrf_failed");
        const result = await finishLogin(deps, { ...input, caller: c.var.caller });
        return result.ok ? welcome(c, deps, result.value, transport) : sendRefusal(c, result.error);
      },
    )
    .post(
      "/login/otp/resend",
      describe({
        summary: "Mail a new code; the earlier one is void",
        description: "At most one a minute. The answer is the same for a challenge that is not there.",
        tag,
        answer: resent,
      }),
      jsonBody(z.strictObject({ challengeId: challengeIdField })),
      async (c) => {
        await resendCode(depsOf(c), c.req.valid("json"));
        return respond(c, resent);
      },
    );
}

/** Hands the tokens over: in the answer, or in cookies that no script can read, and then nowhere else. */
async function welcome(c: Context, deps: CsrfDeps, signedIn: SignedIn, transport?: "bearer" | "cookie") {
  const { tokens, account, sessionId, deviceToken } = signedIn;
  const { id, name, email, role } = account;
  const user = { id, name, email, isVerified: account.emailVerifiedAt !== null, role };
  if (transport !== "cookie") return respond(c, loggedIn, { ...tokens, deviceToken, user });
  setSessionCookies(c, tokens);
  setDeviceCookie(c, deviceToken, DEVICE_LIFE / SECOND);
  const csrfToken = await csrfTokenOfSession(deps, sessionId);
  return respond(c, loggedIn, { expiresIn: tokens.expiresIn, csrfToken, user });
}

const sendRefusal = (c: Context, failure: LoginFailure) =>
  refuse(c, loginFailures[failure.reason], {
    retryAfter: "retryAfter" in failure ? failure.retryAfter : undefined,
  });

const codesOf = (...reasons: (LoginFailure["reason"] | "csrf")[]): FailureCode[] =>
  reasons.map((reason) => (reason === "csrf" ? "csrf_failed" : loginFailures[reason]));
