import { Hono } from "hono";
import * as z from "zod/mini";
import {
  emailField,
  newPasswordField,
  passwordField,
  passwordProblemMessage,
} from "../../../accounts/fields.ts";
import { captchaTokenField } from "../../../captcha/fields.ts";
import type { FieldProblem } from "../../../core/error-codes.ts";
import type { DepsOf, HttpEnv } from "../../../http/context.ts";
import { describeRoute } from "../../../http/openapi-operation.ts";
import { answer, refuse, respond } from "../../../http/respond.ts";
import { jsonBody, queryParams } from "../../../http/validate-request.ts";
import { emailTokenIsValid, tokenField, tokenQuery } from "../../../registration/email-tokens/fields.ts";
import { findEmailToken } from "../../../registration/email-tokens/find-email-token.ts";
import { passwordResetErrors } from "./errors.ts";
import { type RequestPasswordResetDeps, requestPasswordReset } from "./request-password-reset.ts";
import {
  passwordLinkPurposes,
  type ResetFailure,
  type ResetPasswordDeps,
  resetPassword,
} from "./reset-password.ts";

const requested = answer(200, "If an account with that email exists, a password reset link has been sent.");
const passwordReset = answer(
  200,
  "Password has been reset successfully. Please log in with your new password.",
  z.object({
    deviceToken: z.string().check(
      z.meta({
        description:
          "Send it with the next sign-in: failed attempts of others do not lock this device out. It does not replace a second factor.",
      }),
    ),
  }),
);

const resetBody = z
  .strictObject({
    token: tokenField,
    newPassword: z
      .optional(newPasswordField)
      .check(z.meta({ description: "Required, unless SIGN_IN_METHODS allows no passwords." })),
    confirmPassword: z.optional(passwordField),
  })
  .check(
    z.refine((body) => body.confirmPassword === undefined || body.confirmPassword === body.newPassword, {
      path: ["confirmPassword"],
      message: "Must be the same as the new password.",
    }),
  );

type Deps = RequestPasswordResetDeps & ResetPasswordDeps;

/** A new password by a mailed link. */
export function passwordResetRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Password reset";
  return new Hono<HttpEnv>()
    .post(
      "/forgot-password",
      describeRoute({
        operationId: "requestPasswordReset",
        summary: "Mail a password reset link",
        description: "The response is the same for an address without an account.",
        tag,
        answer: requested,
        failures: ["captcha_required", "captcha_failed", "address_undeliverable", "not_found"],
      }),
      jsonBody(z.strictObject({ email: emailField, captchaToken: z.optional(captchaTokenField) })),
      async (c) => {
        const result = await requestPasswordReset(depsOf(c), {
          ...c.req.valid("json"),
          caller: c.var.caller,
        });
        if (result.ok) return respond(c, requested);
        const { error } = result;
        const retryAfter = "retryAfter" in error ? error.retryAfter : undefined;
        return refuse(c, error.reason, { retryAfter });
      },
    )
    .get(
      "/reset-password",
      describeRoute({
        operationId: "checkResetLink",
        summary: "Check a mailed link without consuming it",
        tag,
        answer: emailTokenIsValid,
        failures: ["token_invalid"],
      }),
      queryParams(tokenQuery),
      async (c) => {
        const found = await findEmailToken(
          depsOf(c),
          c.req.valid("query").token,
          passwordLinkPurposes(depsOf(c).settings),
        );
        return found ? respond(c, emailTokenIsValid, { valid: true }) : refuse(c, "token_invalid");
      },
    )
    .post(
      "/reset-password",
      describeRoute({
        operationId: "resetPassword",
        summary: "Set a new password by a mailed link and end every session",
        tag,
        answer: passwordReset,
        failures: Object.values(passwordResetErrors),
      }),
      jsonBody(resetBody),
      async (c) => {
        const { token, newPassword } = c.req.valid("json");
        const result = await resetPassword(depsOf(c), { token, newPassword, caller: c.var.caller });
        if (result.ok) return respond(c, passwordReset, result.value);
        const { error } = result;
        const { passwordMinLength } = depsOf(c).settings;
        return refuse(c, passwordResetErrors[error.reason], { fields: fieldsOf(error, passwordMinLength) });
      },
    );
}

function fieldsOf(failure: ResetFailure, passwordMinLength: number): FieldProblem[] | undefined {
  switch (failure.reason) {
    case "password_refused":
      return [{ path: "newPassword", message: passwordProblemMessage(failure.problem, passwordMinLength) }];
    case "password_missing":
      return [{ path: "newPassword", message: "Is required." }];
    case "email_token_invalid":
      return undefined;
  }
}
