import { Hono } from "hono";
import * as z from "zod/mini";
import {
  ageField,
  emailField,
  lastNameField,
  nameField,
  newEmailField,
  newPasswordField,
  passwordField,
  passwordProblemMessage,
  usernameField,
} from "../accounts/fields.ts";
import { captchaTokenField } from "../captcha/fields.ts";
import type { FieldProblem } from "../core/error-codes.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { presentedTokens } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { jsonBody, queryParams } from "../http/validate-request.ts";
import { emailTokenIsValid, tokenField, tokenQuery } from "./email-tokens/fields.ts";
import { findEmailToken } from "./email-tokens/find-email-token.ts";
import { registrationErrors } from "./errors.ts";
import { type RegisterAccountDeps, type RegistrationFailure, registerAccount } from "./register-account.ts";
import { type ResendVerificationDeps, resendVerification } from "./resend-verification.ts";
import { answerFieldProblems, answersField } from "./sign-up-fields/present-answers.ts";
import { VERIFICATION_PURPOSES, type VerifyEmailDeps, verifyEmail } from "./verify-email.ts";

const registerBody = z
  .strictObject({
    email: newEmailField,
    password: newPasswordField,
    confirmPassword: z.optional(passwordField),
    name: nameField,
    username: z.optional(usernameField),
    lastName: z.optional(lastNameField),
    age: z.optional(ageField),
    fields: z.optional(answersField),
    captchaToken: z.optional(captchaTokenField),
  })
  .check(
    z.refine((body) => body.confirmPassword === undefined || body.confirmPassword === body.password, {
      path: ["confirmPassword"],
      message: "Must be the same as the password.",
    }),
  );

const registered = answer(
  201,
  "User registered successfully. Please check your email to verify your account.",
  z.object({
    requiresVerification: z.literal(true),
    user: z.object({ id: z.uuid(), name: z.string(), email: z.string() }),
  }),
);
const verified = answer(200, "Email verified successfully! You can now log in.");
const verifiedWithoutPassword = answer(
  200,
  "Email verified successfully! We have mailed you a link to choose a password.",
);
const resent = answer(200, "If that address is waiting to be verified, a new link has been sent.");

type Deps = RegisterAccountDeps & VerifyEmailDeps & ResendVerificationDeps;

/** Registration and email verification. */
export function registrationRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Registration";
  return new Hono<HttpEnv>()
    .post(
      "/register",
      describeRoute({
        operationId: "register",
        summary: "Create an account and mail a verification link",
        description:
          "An address that already has an account gets the same response, and its owner gets a notice by mail.",
        tag,
        answer: registered,
        failures: [...Object.values(registrationErrors), "not_found"],
      }),
      jsonBody(registerBody),
      async (c) => {
        const { confirmPassword: _, fields: answers, ...input } = c.req.valid("json");
        const result = await registerAccount(depsOf(c), { ...input, answers, caller: c.var.caller });
        if (result.ok) return respond(c, registered, { requiresVerification: true, user: result.value });
        return refuse(c, registrationErrors[result.error.reason], {
          fields: fieldsOf(result.error, depsOf(c).settings.passwordMinLength),
          retryAfter: "retryAfter" in result.error ? result.error.retryAfter : undefined,
        });
      },
    )
    .post(
      "/verify-email",
      describeRoute({
        operationId: "verifyEmail",
        summary: "Verify an email address with a mailed token",
        tag,
        description:
          "A provider may only imply an address. If its owner then proves it, sign-in methods whose provider has not " +
          "verified the address are removed, and the sessions end, unless the request carries a session of the account. " +
          "If two registrations gave different passwords, the account keeps neither, and a link to choose one is mailed.",
        answer: verified,
        alternatives: [verifiedWithoutPassword],
        failures: ["token_invalid"],
      }),
      jsonBody(z.strictObject({ token: tokenField })),
      async (c) => {
        const { token } = c.req.valid("json");
        const input = { token, tokens: presentedTokens(c), caller: c.var.caller };
        const result = await verifyEmail(depsOf(c), input);
        if (!result.ok) return refuse(c, "token_invalid");
        return respond(c, result.value.mailedPasswordChoice ? verifiedWithoutPassword : verified);
      },
    )
    .get(
      "/verify-email",
      describeRoute({
        operationId: "checkVerificationLink",
        summary: "Check whether a mailed token is valid, without consuming it",
        tag,
        answer: emailTokenIsValid,
        failures: ["token_invalid"],
      }),
      queryParams(tokenQuery),
      async (c) => {
        const emailToken = await findEmailToken(depsOf(c), c.req.valid("query").token, VERIFICATION_PURPOSES);
        return emailToken ? respond(c, emailTokenIsValid, { valid: true }) : refuse(c, "token_invalid");
      },
    )
    .post(
      "/verify-email/resend",
      describeRoute({
        operationId: "resendVerification",
        summary: "Mail a new verification link",
        tag,
        answer: resent,
        failures: ["address_undeliverable"],
      }),
      jsonBody(z.strictObject({ email: emailField })),
      async (c) => {
        const input = { ...c.req.valid("json"), caller: c.var.caller };
        const result = await resendVerification(depsOf(c), input);
        if (result.ok) return respond(c, resent);
        const { error } = result;
        return refuse(c, error.reason, { retryAfter: "retryAfter" in error ? error.retryAfter : undefined });
      },
    );
}

function fieldsOf(failure: RegistrationFailure, minLength: number): FieldProblem[] | undefined {
  switch (failure.reason) {
    case "profile_incomplete":
      return failure.fields.map((path) => ({ path, message: "Is required." }));
    case "answers_refused":
      return answerFieldProblems(failure.problems);
    case "password_refused":
      return [{ path: "password", message: passwordProblemMessage(failure.problem, minLength) }];
    case "username_taken":
      return [{ path: "username", message: "Is taken." }];
    default:
      return undefined;
  }
}
