import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { WRONG_PASSWORD } from "../../accounts/errors.ts";
import { passwordField } from "../../accounts/fields.ts";
import type { Result } from "../../core/result.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { challengeIdField } from "../one-time-codes/fields.ts";
import type { SecondFactorRequired } from "../sign-in-outcome.ts";
import { respondWithChallenge, secondFactorResponses } from "../token-response.ts";
import { reauthenticationErrors } from "./errors.ts";
import { answerFields, answerOf } from "./fields.ts";
import { type ReauthenticateByFactorDeps, reauthenticateByFactor } from "./reauthenticate-by-factor.ts";
import {
  type ReauthenticatedSession,
  type ReauthenticateSessionDeps,
  reauthenticateSession,
} from "./reauthenticate-session.ts";

const reauthenticated = answer(
  200,
  undefined,
  z.object({ expiresIn: z.int().check(z.meta({ description: "Seconds for which changes are allowed." })) }),
);

const { password_missing, wrong_password, reauthentication_expired, locked, send_cap } =
  reauthenticationErrors;
const factorErrors = [reauthenticationErrors.code_incorrect, wrong_password, password_missing, locked];

type Deps = ReauthenticateSessionDeps & ReauthenticateByFactorDeps & RequireSessionDeps;

/** Reauthentication before changes that a stolen session must not make. `challenge-routes.ts` has its codes. */
export function reauthenticationRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/reauthenticate",
      describeRoute({
        operationId: "reauthenticate",
        summary: "Confirm the user, which allows sensitive changes in this session for 10 minutes",
        description:
          "By the password, by a factor of the account, or by both. If a sign-in asks for a second factor, the password " +
          "alone answers with a challenge for `POST /me/reauthenticate/otp`, and a factor needs the password as well; a " +
          "passkey that verified the user is enough alone. An account without a password takes a factor alone, and without " +
          "one the answer is such a challenge. The next access tokens have the new `auth_time`, `amr` and `acr`. A route " +
          "that answers `reauthentication_required` accepts the request afterwards.",
        tag: "Account",
        answer: reauthenticated,
        alternatives: secondFactorResponses,
        failures: [...factorErrors, reauthentication_expired, send_cap],
      }),
      session,
      jsonBody(
        z.strictObject({
          password: z.optional(passwordField),
          ...answerFields,
        }),
      ),
      async (c) => {
        const { password, factor, ...body } = c.req.valid("json");
        const given = answerOf(body);
        if (given === null) {
          const input = { session: c.var.session, password, kind: factor };
          return respondTo(c, await reauthenticateSession(depsOf(c), input));
        }
        if (factor === undefined) return refuseIncomplete(c, "factor");
        const claim = { session: c.var.session, challengeId: null, kind: factor, answer: given, password };
        return respondTo(c, await reauthenticateByFactor(depsOf(c), claim));
      },
    )
    .post(
      "/me/reauthenticate/otp",
      describeRoute({
        operationId: "reauthenticateBySecondFactor",
        summary: "Answer the challenge of a reauthentication",
        description:
          "By the code that was sent, or by another factor of the account. A sent code is valid in the session that " +
          "asked for it. A challenge takes five answers within 10 minutes. `password`: if the challenge was opened without it.",
        tag: "Account",
        answer: reauthenticated,
        failures: factorErrors,
      }),
      session,
      jsonBody(
        z.strictObject({
          challengeId: challengeIdField,
          password: z.optional(passwordField),
          ...answerFields,
        }),
      ),
      async (c) => {
        const { challengeId, password, factor = null, ...body } = c.req.valid("json");
        const given = answerOf(body);
        if (given === null) return refuseIncomplete(c, "code");
        const claim = { session: c.var.session, challengeId, kind: factor, answer: given, password };
        return respondTo(c, await reauthenticateByFactor(depsOf(c), claim));
      },
    );
}

type Failure = { readonly reason: keyof typeof reauthenticationErrors; readonly retryAfter?: number };

/** The response to a reauthentication, or to the request of a code for one. */
export function respondTo(
  c: Context,
  result: Result<ReauthenticatedSession | SecondFactorRequired, Failure>,
): Response {
  if (result.ok) {
    const { value } = result;
    return value.kind === "second_factor_required"
      ? respondWithChallenge(c, value)
      : respond(c, reauthenticated, { expiresIn: value.expiresIn });
  }
  const { reason, retryAfter } = result.error;
  return refuse(c, reauthenticationErrors[reason], {
    message: reason === "wrong_password" ? WRONG_PASSWORD : undefined,
    fields: reason === "password_missing" ? [{ path: "password", message: "Is required." }] : undefined,
    retryAfter,
  });
}

const refuseIncomplete = (c: Context, path: "code" | "factor"): Response =>
  refuse(c, "validation_failed", { fields: [{ path, message: "Is required." }] });
