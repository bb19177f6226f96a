import { passwordField } from "../../../accounts/fields.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import type { Form } from "../../../ui/read-form.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { anyCodeField, codeField } from "../../one-time-codes/fields.ts";
import type { SecondFactorKind } from "../../second-factor/policy.ts";
import type { SecondFactorAnswer } from "../../second-factor/second-factor.ts";
import { reauthenticationErrors } from "../errors.ts";
import {
  type FactorFailure,
  type ReauthenticateByFactorDeps,
  reauthenticateByFactor,
} from "../reauthenticate-by-factor.ts";

/** The code that was sent for a challenge. Null: the user is confirmed. */
export async function submitSentCode(
  c: PageContext,
  deps: ReauthenticateByFactorDeps,
  form: Form,
  challengeId: string,
): Promise<FormFailure | null> {
  const read = readFields(wordsOf(c), form, { code: codeField });
  if ("refusal" in read) return read.refusal;
  const answer = { by: "code", ...read.values } as const;
  return submit(c, deps, { challengeId, kind: null, answer, password: undefined });
}

/** The answer of a factor, with the password where both are due. Null: the user is confirmed. */
export async function submitFactor(
  c: PageContext,
  deps: ReauthenticateByFactorDeps,
  form: Form,
  kind: SecondFactorKind,
): Promise<FormFailure | null> {
  const t = wordsOf(c);
  // An empty password is not a failed attempt.
  const read = readFields(t, form, {
    ...(kind === "passkey" ? {} : { code: kind === "totp" ? codeField : anyCodeField }),
    ...(form.text("password") === "" ? {} : { password: passwordField }),
  });
  if ("refusal" in read) return read.refusal;
  const answer = answerOfForm(form, read.values.code);
  if (answer === null) return { code: "code_invalid", alert: t.confirm.passkeyFailed };
  return submit(c, deps, { challengeId: null, kind, answer, password: read.values.password });
}

function answerOfForm(form: Form, code: string | undefined): SecondFactorAnswer | null {
  if (code !== undefined) return { by: "code", code };
  try {
    const assertion: unknown = JSON.parse(form.text("assertion"));
    return { by: "assertion", assertion };
  } catch {
    return null;
  }
}

async function submit(
  c: PageContext,
  deps: ReauthenticateByFactorDeps,
  claim: Omit<Parameters<typeof reauthenticateByFactor>[1], "session">,
): Promise<FormFailure | null> {
  const result = await reauthenticateByFactor(deps, { ...claim, session: c.var.session });
  return result.ok ? null : refusal(c, result.error, claim.answer);
}

function refusal(c: PageContext, failure: FactorFailure, { by }: SecondFactorAnswer): FormFailure {
  const t = wordsOf(c);
  switch (failure.reason) {
    case "locked":
      return formFailure(c, reauthenticationErrors.locked, failure);
    case "password_missing":
      return invalid({ password: t.problems.required });
    case "wrong_password":
      return { code: "invalid_credentials", problems: { password: t.problems.wrongPassword } };
    case "code_incorrect":
      return by === "code"
        ? invalid({ code: t.problems.codeWrong })
        : { code: "code_invalid", alert: t.confirm.passkeyFailed };
  }
}
