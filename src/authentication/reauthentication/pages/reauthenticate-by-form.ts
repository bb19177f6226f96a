import { passwordField } from "../../../accounts/fields.ts";
import { type ReadSignInMethodsDeps, readSignInMethods } from "../../../accounts/read-sign-in-methods.ts";
import type { Clock } from "../../../core/clock.ts";
import { err, type Result } from "../../../core/result.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import type { Form } from "../../../ui/read-form.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { SecondFactorKind } from "../../second-factor/policy.ts";
import type { SecondFactorRequired } from "../../sign-in-outcome.ts";
import { reauthenticationErrors } from "../errors.ts";
import {
  type ReauthenticatedSession,
  type ReauthenticateSessionDeps,
  reauthenticateSession,
} from "../reauthenticate-session.ts";
import { isRecentlyAuthenticated } from "../rules.ts";
import { reauthenticationError } from "./reauthentication-error.ts";
import { redirectToConfirmation } from "./require-confirmation.ts";

export type ReauthenticateByFormDeps = ReauthenticateSessionDeps & ReadSignInMethodsDeps;

type Reauthenticated = { readonly session: CurrentSession };

/** Whether a form for a sensitive change must have a password field. */
export async function needsPassword(
  c: PageContext,
  deps: ReadSignInMethodsDeps & { readonly clock: Clock },
): Promise<boolean> {
  const { session } = c.var;
  if (isRecentlyAuthenticated(session, deps.clock.now())) return false;
  return (await readSignInMethods(deps, { accountId: session.account.id })).hasPassword;
}

/**
 * Reauthenticates the user by the password field of a form, unless the session is recently authenticated. Redirects to
 * the confirmation if a factor is needed.
 */
export async function reauthenticateByForm(
  c: PageContext,
  deps: ReauthenticateByFormDeps,
  form: Form,
): Promise<Reauthenticated | FormFailure | Response> {
  const { session } = c.var;
  if (isRecentlyAuthenticated(session, deps.clock.now())) return { session };
  const result = await submitCredentials(c, deps, form);
  if (!result.ok) return result.error;
  const { value } = result;
  if (value.kind === "reauthenticated") return value;
  // The page of a challenge asks for the code that was sent.
  const isSent = value.defaultFactor === "email_otp" || value.defaultFactor === "sms_otp";
  return redirectToConfirmation(c, deps, isSent ? value.challengeId : "");
}

/**
 * Reauthenticates the session by the password field of a form. An account without a password gets a challenge. The error is
 * what the page answers. `kind`: the factor that the user chooses.
 */
export async function submitCredentials(
  c: PageContext,
  deps: ReauthenticateSessionDeps,
  form: Form,
  kind?: SecondFactorKind,
): Promise<Result<ReauthenticatedSession | SecondFactorRequired, FormFailure | Response>> {
  // An empty password is a validation error, not a failed attempt.
  const typed = form.text("password");
  const read = readFields(wordsOf(c), form, typed === "" ? {} : { password: passwordField });
  if ("refusal" in read) return err(read.refusal);
  const result = await reauthenticateSession(deps, {
    session: c.var.session,
    password: typed === "" ? undefined : typed,
    kind,
  });
  if (result.ok) return result;
  const { error } = result;
  if (error.reason === "password_missing") return err(invalid({ password: wordsOf(c).problems.required }));
  if (error.reason === "wrong_password") return err(reauthenticationError(c, deps, error));
  return err(formFailure(c, reauthenticationErrors[error.reason], error));
}
