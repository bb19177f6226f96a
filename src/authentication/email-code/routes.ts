import { Hono } from "hono";
import * as z from "zod/mini";
import { emailField } from "../../accounts/fields.ts";
import { captchaTokenField } from "../../captcha/fields.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { presentedDeviceTokens } from "../../http/device-cookie.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { audienceField } from "../../sessions/fields.ts";
import { deviceTokenField, transportField } from "../fields.ts";
import { codeField } from "../one-time-codes/fields.ts";
import {
  prepareTokenResponse,
  respondWithTokens,
  secondFactorResponses,
  signInResponse,
} from "../token-response.ts";
import { emailCodeErrors } from "./errors.ts";
import { emailCodeChallengeField } from "./fields.ts";
import { type RequestEmailCodeDeps, requestEmailCode } from "./request-email-code.ts";
import { type RequestNewEmailCodeDeps, requestNewEmailCode } from "./request-new-email-code.ts";
import { type VerifyEmailCodeDeps, verifyEmailCode } from "./verify-email-code.ts";

const requested = answer(
  200,
  "If this address can sign in, a code has been sent.",
  z.object({ challengeId: z.string(), expiresIn: z.int() }),
);
const resent = answer(200, "If that sign-in is still waiting, a new code has been sent.");

type Deps = RequestEmailCodeDeps & RequestNewEmailCodeDeps & VerifyEmailCodeDeps & CsrfDeps;

/** Sign-in by a code that is mailed to the address. */
export function emailCodeRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  return new Hono<HttpEnv>()
    .post(
      "/login/email-code",
      describeRoute({
        operationId: "requestEmailCode",
        summary: "Mail a code to sign in with",
        description:
          "The response is the same for every address. An address without an account gets a code if it may sign up.",
        tag,
        answer: requested,
        failures: ["captcha_required", "captcha_failed", "address_undeliverable", "not_found"],
      }),
      jsonBody(z.strictObject({ email: emailField, captchaToken: z.optional(captchaTokenField) })),
      async (c) => {
        const input = { ...c.req.valid("json"), caller: c.var.caller };
        const result = await requestEmailCode(depsOf(c), input);
        if (result.ok) return respond(c, requested, result.value);
        const { error } = result;
        return refuse(c, error.reason, { retryAfter: "retryAfter" in error ? error.retryAfter : undefined });
      },
    )
    .post(
      "/login/email-code/resend",
      describeRoute({
        operationId: "resendEmailCode",
        summary: "Mail a new code for a sign-in by email code",
        description: "At most one a minute. The earlier code becomes invalid when the new one is sent.",
        tag,
        answer: resent,
        failures: ["not_found"],
      }),
      jsonBody(z.strictObject({ challengeId: emailCodeChallengeField })),
      async (c) => {
        const input = { ...c.req.valid("json"), caller: c.var.caller };
        const result = await requestNewEmailCode(depsOf(c), input);
        return result.ok ? respond(c, resent) : refuse(c, result.error.reason, result.error);
      },
    )
    .post(
      "/login/email-code/verify",
      describeRoute({
        operationId: "logInByEmailCode",
        summary: "Sign in by a mailed code",
        description:
          "Returns what `/login` returns. If the address has no account, the code creates one, with a verified address.",
        tag,
        answer: signInResponse,
        cookies: true,
        alternatives: secondFactorResponses,
        failures: [...Object.values(emailCodeErrors), "csrf_failed", "not_found"],
      }),
      jsonBody(
        z.strictObject({
          challengeId: emailCodeChallengeField,
          code: codeField,
          deviceToken: z.optional(deviceTokenField),
          transport: z.optional(transportField),
          audience: z.optional(audienceField),
        }),
      ),
      async (c) => {
        const deps = depsOf(c);
        const { transport, audience: requestedAudience, ...input } = c.req.valid("json");
        const prepared = await prepareTokenResponse(c, deps, { transport, audience: requestedAudience });
        if (!prepared.ok) return refuse(c, prepared.code, prepared.details);
        const { audience, replaces } = prepared;
        const deviceTokens = presentedDeviceTokens(c, input.deviceToken);
        const client = { deviceTokens, audience, replaces, caller: c.var.caller };
        const result = await verifyEmailCode(deps, { ...input, ...client });
        if (result.ok) return respondWithTokens(c, deps, result.value, transport);
        const { error } = result;
        return refuse(c, emailCodeErrors[error.reason], {
          retryAfter: "retryAfter" in error ? error.retryAfter : undefined,
        });
      },
    );
}
