import { Hono } from "hono";
import * as z from "zod/mini";
import type { FieldProblem } from "../../core/error-codes.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { audienceField } from "../../sessions/fields.ts";
import { transportField } from "../fields.ts";
import { anyCodeField, challengeIdField } from "../one-time-codes/fields.ts";
import { prepareTokenResponse, respondWithTokens, signInResponse } from "../token-response.ts";
import { secondFactorErrors } from "./errors.ts";
import { assertionField, factorField, rememberDeviceField, sentFactorField } from "./fields.ts";
import { type ResendCodeDeps, resendCode } from "./resend-code.ts";
import type { SecondFactorAnswer } from "./second-factor.ts";
import { type VerifySecondFactorDeps, verifySecondFactor } from "./verify-second-factor.ts";

const resent = answer(200, "If that sign-in is still waiting, a new code has been sent.");

type Deps = VerifySecondFactorDeps & ResendCodeDeps & CsrfDeps;

/** The second factor of a sign-in, by any first factor. */
export function secondFactorRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  return new Hono<HttpEnv>()
    .post(
      "/login/otp",
      describeRoute({
        operationId: "answerSecondStep",
        summary: "Verify the second factor",
        description:
          "The answer is the `code` or the `assertion` of one of the challenge's `factors`. Five answers, of all kinds together, are verified.",
        tag,
        answer: signInResponse,
        cookies: true,
        failures: [...Object.values(secondFactorErrors), "csrf_failed"],
      }),
      jsonBody(
        z.strictObject({
          challengeId: challengeIdField,
          code: z.optional(anyCodeField),
          assertion: z.optional(assertionField),
          factor: z.optional(factorField),
          rememberDevice: z.optional(rememberDeviceField),
          transport: z.optional(transportField),
          audience: z.optional(audienceField),
        }),
      ),
      async (c) => {
        const deps = depsOf(c);
        const { transport, audience: requested, code, assertion, ...input } = c.req.valid("json");
        const answer = answerOf(code, assertion);
        if (!answer) return refuse(c, "validation_failed", { fields: [ONE_ANSWER] });
        const prepared = await prepareTokenResponse(c, deps, { transport, audience: requested });
        if (!prepared.ok) return refuse(c, prepared.code, prepared.details);
        const { audience, replaces } = prepared;
        const request = { ...input, answer, audience, replaces, caller: c.var.caller };
        const result = await verifySecondFactor(deps, request);
        if (result.ok) return respondWithTokens(c, deps, result.value, transport);
        const { error } = result;
        return refuse(c, secondFactorErrors[error.reason], {
          retryAfter: "retryAfter" in error ? error.retryAfter : undefined,
        });
      },
    )
    .post(
      "/login/otp/resend",
      describeRoute({
        operationId: "resendSecondStepCode",
        summary: "Send a new code and void the earlier one",
        description:
          "Sent as the last one was, at most once a minute. The response is the same for an unknown challenge.",
        tag,
        answer: resent,
      }),
      jsonBody(z.strictObject({ challengeId: challengeIdField })),
      async (c) => {
        const result = await resendCode(depsOf(c), { ...c.req.valid("json"), caller: c.var.caller });
        if (result.ok) return respond(c, resent);
        return refuse(c, "rate_limited", { retryAfter: result.error.retryAfter });
      },
    )
    .post(
      "/login/otp/send",
      describeRoute({
        operationId: "sendSecondFactorCode",
        summary: "Send a code by mail or SMS, where the challenge asks for another factor",
        description:
          "At most once a minute. The response is the same for an unknown challenge, and for one that does not offer the factor.",
        tag,
        answer: resent,
      }),
      jsonBody(z.strictObject({ challengeId: challengeIdField, factor: sentFactorField })),
      async (c) => {
        const result = await resendCode(depsOf(c), { ...c.req.valid("json"), caller: c.var.caller });
        if (result.ok) return respond(c, resent);
        return refuse(c, "rate_limited", { retryAfter: result.error.retryAfter });
      },
    );
}

const ONE_ANSWER: FieldProblem = { path: "code", message: "Send either a code or an assertion." };

const answerOf = (code: string | undefined, assertion: object | undefined): SecondFactorAnswer | null => {
  if (code !== undefined) return assertion === undefined ? { by: "code", code } : null;
  return assertion === undefined ? null : { by: "assertion", assertion };
};
