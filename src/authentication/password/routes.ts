import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { emailField, passwordField } from "../../accounts/fields.ts";
import { captchaTokenField } from "../../captcha/fields.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { jsonBody } from "../../http/input.ts";
import { describe } from "../../http/operation.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { deviceCookie } from "../../http/session-cookies.ts";
import { audienceField } from "../../sessions/fields.ts";
import { deviceTokenField, transportField } from "../fields.ts";
import { challengeIdField, codeField } from "../one-time-codes/fields.ts";
import { type ResendCodeDeps, resendCode } from "../second-factor/resend-code.ts";
import { type VerifySecondFactorDeps, verifySecondFactor } from "../second-factor/verify-second-factor.ts";
import { loggedIn, prepareTokenResponse, respondWithTokens, secondFactor } from "../token-response.ts";
import { passwordErrors } from "./errors.ts";
import type { LoginFailure } from "./login-failure.ts";
import { type StartLoginDeps, startLogin } from "./start-login.ts";

const resent = answer(200, "If that sign-in is still waiting, a new code has been sent.");

type Deps = StartLoginDeps & VerifySecondFactorDeps & ResendCodeDeps & CsrfDeps;

/** Sign-in by password, and its second step. */
export function passwordRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
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
        cookies: true,
        alternatives: [secondFactor],
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
          captchaToken: z.optional(captchaTokenField),
          deviceToken: z.optional(deviceTokenField),
          transport: z.optional(transportField),
          audience: z.optional(audienceField),
        }),
      ),
      async (c) => {
        const { transport, audience, ...input } = c.req.valid("json");
        const deps = await prepareTokenResponse(c, depsOf(c), { transport, audience });
        if (deps instanceof Response) return deps;
        const deviceToken = input.deviceToken ?? deviceCookie(c);
        const result = await startLogin(deps, { ...input, deviceToken, caller: c.var.caller });
        return result.ok ? respondWithTokens(c, deps, result.value, transport) : sendRefusal(c, result.error);
      },
    )
    .post(
      "/login/otp",
      describe({
        summary: "Answer the second step with the code",
        tag,
        answer: loggedIn,
        cookies: true,
        failures: codesOf("code_incorrect", "locked", "csrf"),
      }),
      jsonBody(
        z.strictObject({
          challengeId: challengeIdField,
          code: codeField,
          transport: z.optional(transportField),
          audience: z.optional(audienceField),
        }),
      ),
      async (c) => {
        const { transport, audience, ...input } = c.req.valid("json");
        const deps = await prepareTokenResponse(c, depsOf(c), { transport, audience });
        if (deps instanceof Response) return deps;
        const result = await verifySecondFactor(deps, { ...input, caller: c.var.caller });
        return result.ok ? respondWithTokens(c, deps, result.value, transport) : sendRefusal(c, result.error);
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

const sendRefusal = (c: Context, failure: LoginFailure) =>
  refuse(c, passwordErrors[failure.reason], {
    retryAfter: "retryAfter" in failure ? failure.retryAfter : undefined,
  });

const codesOf = (...reasons: (LoginFailure["reason"] | "csrf")[]): ErrorCode[] =>
  reasons.map((reason) => (reason === "csrf" ? "csrf_failed" : passwordErrors[reason]));
