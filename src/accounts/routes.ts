import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { ENROLMENT, RECENT_SECOND_FACTOR } from "../authentication/reauthentication/fields.ts";
import type { PasswordFailure } from "../authentication/reauthentication/reauthenticate.ts";
import {
  type SetSecondFactorDeps,
  setSecondFactor,
} from "../authentication/second-factor/set-second-factor.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { clearSessionCookies } from "../http/session-cookies.ts";
import { jsonBody } from "../http/validate-request.ts";
import { presentAnswers } from "../registration/sign-up-fields/present-answers.ts";
import { type ReadAnswersDeps, readAnswers } from "../registration/sign-up-fields/read-answers.ts";
import { type ChangePasswordDeps, changePassword } from "./change-password.ts";
import { type DeactivateAccountDeps, deactivateAccount } from "./deactivate-account.ts";
import { accountErrors, WRONG_PASSWORD } from "./errors.ts";
import {
  newEmailField,
  newPasswordField,
  passwordField,
  passwordProblemMessage,
  profileBody,
  profileFieldProblems,
} from "./fields.ts";
import { accountDetailsSchema, presentAccount, profileSchema } from "./present-account.ts";
import { type RequestEmailChangeDeps, requestEmailChange } from "./request-email-change.ts";
import { type UpdateProfileDeps, updateProfile } from "./update-profile.ts";

const profile = answer(200, undefined, profileSchema);
const ownAccount = answer(200, undefined, accountDetailsSchema);
const passwordChanged = answer(200, "Password changed. Your other sessions have ended.");
const emailChangeRequested = answer(
  200,
  "Please check the mailbox of the new address to confirm the change.",
);
const secondFactorSet = answer(200, undefined, z.object({ enabled: z.boolean() }));
const deactivated = answer(200, "Your account has been deactivated.");

type Deps = ReadAnswersDeps &
  ChangePasswordDeps &
  UpdateProfileDeps &
  RequestEmailChangeDeps &
  SetSecondFactorDeps &
  DeactivateAccountDeps &
  RequireSessionDeps & { readonly settings: { readonly publicUrl: string } };

/** The caller's own account. */
export function accountRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  const publicUrlOf = (c: Context) => depsOf(c).settings.publicUrl;
  return new Hono<HttpEnv>()
    .get(
      "/me",
      describeRoute({ operationId: "getMe", summary: "The caller's account", tag, answer: ownAccount }),
      requireSession(depsOf, { allows: ["enrol_second_factor"] }),
      async (c) => {
        const { account } = c.var.session;
        const answers = await readAnswers(depsOf(c), account.id);
        return respond(c, ownAccount, {
          ...presentAccount(account, publicUrlOf(c)),
          ...presentAnswers(answers),
        });
      },
    )
    .patch(
      "/me",
      describeRoute({
        operationId: "updateMe",
        summary: "Change profile fields; null clears an optional field",
        tag,
        answer: profile,
        failures: ["username_taken", "conflict"],
      }),
      session,
      jsonBody(profileBody),
      async (c) => {
        const { account } = c.var.session;
        const input = { account, actor: c.var.actor, change: c.req.valid("json"), caller: c.var.caller };
        const result = await updateProfile(depsOf(c), input);
        return result.ok
          ? respond(c, profile, presentAccount(result.value, publicUrlOf(c)))
          : refuse(c, accountErrors[result.error.reason], { fields: profileFieldProblems(result.error) });
      },
    )
    .post(
      "/me/password",
      describeRoute({
        operationId: "changePassword",
        summary: "Change the password and end the other sessions",
        description: RECENT_SECOND_FACTOR,
        tag,
        answer: passwordChanged,
        failures: ["invalid_credentials", "too_many_attempts", "reauthentication_required", "not_found"],
      }),
      session,
      jsonBody(z.strictObject({ currentPassword: passwordField, newPassword: newPasswordField })),
      async (c) => {
        const input = { ...c.req.valid("json"), session: c.var.session, caller: c.var.caller };
        const result = await changePassword(depsOf(c), input);
        if (result.ok) return respond(c, passwordChanged);
        const { error } = result;
        if (error.reason !== "password_refused") return refuseReauthentication(c, error);
        const message = passwordProblemMessage(error.problem, depsOf(c).settings.passwordMinLength);
        const fields = [{ path: "newPassword", message }];
        return refuse(c, accountErrors[error.reason], { fields });
      },
    )
    .post(
      "/me/email",
      describeRoute({
        operationId: "requestEmailChange",
        summary: "Request an email change; the link mailed to the new address confirms it",
        description: RECENT_SECOND_FACTOR,
        tag,
        answer: emailChangeRequested,
        failures: [
          "invalid_credentials",
          "too_many_attempts",
          "reauthentication_required",
          "factor_removal_pending",
          "address_undeliverable",
          "rate_limited",
        ],
      }),
      session,
      jsonBody(z.strictObject({ newEmail: newEmailField, password: passwordField })),
      async (c) => {
        const input = { ...c.req.valid("json"), session: c.var.session, caller: c.var.caller };
        const result = await requestEmailChange(depsOf(c), input);
        if (result.ok) return respond(c, emailChangeRequested);
        const { error } = result;
        if (error.reason === "factor_removal_pending" || error.reason === "address_undeliverable") {
          return refuse(c, accountErrors[error.reason]);
        }
        if (error.reason !== "send_cap") return refuseReauthentication(c, error);
        return refuse(c, accountErrors.send_cap, { retryAfter: error.retryAfter });
      },
    )
    .post(
      "/me/otp",
      describeRoute({
        operationId: "chooseSecondStep",
        summary: "Turn the mailed sign-in code on or off",
        description: `${RECENT_SECOND_FACTOR} To turn it on: ${ENROLMENT}`,
        tag,
        answer: secondFactorSet,
        failures: ["invalid_credentials", "too_many_attempts", "reauthentication_required"],
      }),
      session,
      jsonBody(z.strictObject({ enabled: z.boolean("Must be true or false."), password: passwordField })),
      async (c) => {
        const input = { ...c.req.valid("json"), session: c.var.session, caller: c.var.caller };
        const result = await setSecondFactor(depsOf(c), input);
        return result.ok
          ? respond(c, secondFactorSet, { enabled: input.enabled })
          : refuseReauthentication(c, result.error);
      },
    )
    .post(
      "/me/deactivate",
      describeRoute({
        operationId: "deactivateMe",
        summary: "Deactivate the caller's own account",
        description: RECENT_SECOND_FACTOR,
        tag,
        answer: deactivated,
        cookies: true,
        failures: ["invalid_credentials", "too_many_attempts", "reauthentication_required", "last_admin"],
      }),
      session,
      jsonBody(z.strictObject({ password: passwordField })),
      async (c) => {
        const input = { ...c.req.valid("json"), session: c.var.session, caller: c.var.caller };
        const result = await deactivateAccount(depsOf(c), input);
        if (result.ok) {
          clearSessionCookies(c);
          return respond(c, deactivated);
        }
        const { error } = result;
        if (error.reason !== "last_superuser") return refuseReauthentication(c, error);
        return refuse(c, accountErrors[error.reason]);
      },
    );
}

const refuseReauthentication = (c: Context, failure: PasswordFailure) =>
  refuse(c, accountErrors[failure.reason], {
    message: failure.reason === "wrong_password" ? WRONG_PASSWORD : undefined,
    retryAfter: failure.reason === "locked" ? failure.retryAfter : undefined,
  });
