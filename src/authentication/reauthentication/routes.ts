import { Hono } from "hono";
import * as z from "zod/mini";
import { WRONG_PASSWORD } from "../../accounts/errors.ts";
import { passwordField } from "../../accounts/fields.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { refreshCookie } from "../../http/session-cookies.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { refreshTokenField } from "../../sessions/fields.ts";
import { challengeIdField, codeField } from "../one-time-codes/fields.ts";
import { respondWithChallenge, secondFactorResponses } from "../token-response.ts";
import { reauthenticationCodeErrors, reauthenticationErrors } from "./errors.ts";
import { type ReauthenticateSessionDeps, reauthenticateSession } from "./reauthenticate-session.ts";
import {
  type VerifyReauthenticationCodeDeps,
  verifyReauthenticationCode,
} from "./verify-reauthentication-code.ts";

const reauthenticated = answer(
  200,
  undefined,
  z.object({ expiresIn: z.int().check(z.meta({ description: "Seconds for which changes are allowed." })) }),
);

const FIELD_OF = { password_missing: "password", refresh_token_missing: "refreshToken" } as const;

type Deps = ReauthenticateSessionDeps & VerifyReauthenticationCodeDeps & RequireSessionDeps;

/** Reauthentication before changes that a stolen session must not make. */
export function reauthenticationRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/reauthenticate",
      describeRoute({
        operationId: "reauthenticate",
        summary: "Confirm the password, which allows sensitive changes in this session for 10 minutes",
        description:
          "An account without a password sends the latest refresh token of this session. If the account has a second " +
          "factor, the response is a challenge for `POST /me/reauthenticate/otp`. A route that answers " +
          "`reauthentication_required` accepts the request afterwards.",
        tag: "Account",
        answer: reauthenticated,
        alternatives: secondFactorResponses,
        failures: Object.values(reauthenticationErrors),
      }),
      session,
      jsonBody(
        z.strictObject({
          password: z.optional(passwordField),
          refreshToken: z
            .optional(refreshTokenField)
            .check(z.meta({ description: "For an account without a password. Omit it if a cookie has it." })),
        }),
      ),
      async (c) => {
        const { password, refreshToken = refreshCookie(c) } = c.req.valid("json");
        const input = { session: c.var.session, password, refreshToken };
        const result = await reauthenticateSession(depsOf(c), input);
        if (result.ok) {
          const { value } = result;
          return value.kind === "second_factor_required"
            ? respondWithChallenge(c, value)
            : respond(c, reauthenticated, { expiresIn: value.expiresIn });
        }
        const { error } = result;
        const field =
          error.reason === "password_missing" || error.reason === "refresh_token_missing"
            ? FIELD_OF[error.reason]
            : null;
        return refuse(c, reauthenticationErrors[error.reason], {
          message: error.reason === "wrong_password" ? WRONG_PASSWORD : undefined,
          fields: field ? [{ path: field, message: "Is required." }] : undefined,
          retryAfter: "retryAfter" in error ? error.retryAfter : undefined,
        });
      },
    )
    .post(
      "/me/reauthenticate/otp",
      describeRoute({
        operationId: "reauthenticateBySecondFactor",
        summary: "Verify the code of a reauthentication",
        description: "The code is valid in the session that asked for it, for 10 minutes and five attempts.",
        tag: "Account",
        answer: reauthenticated,
        failures: Object.values(reauthenticationCodeErrors),
      }),
      session,
      jsonBody(z.strictObject({ challengeId: challengeIdField, code: codeField })),
      async (c) => {
        const input = { ...c.req.valid("json"), session: c.var.session };
        const result = await verifyReauthenticationCode(depsOf(c), input);
        if (result.ok) return respond(c, reauthenticated, { expiresIn: result.value.expiresIn });
        const { error } = result;
        return refuse(c, reauthenticationCodeErrors[error.reason], {
          retryAfter: error.reason === "locked" ? error.retryAfter : undefined,
        });
      },
    );
}
