import type { Account } from "../../../accounts/account.ts";
import { err } from "../../../core/result.ts";
import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectToTarget } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, readReturnTarget } from "../../../ui/return-target.ts";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import type { SecondFactorKind } from "../../second-factor/policy.ts";
import { reauthenticationErrors } from "../errors.ts";
import {
  type ReadReauthenticationOptionsDeps,
  type ReauthenticationOptions,
  readReauthenticationOptions,
} from "../read-reauthentication-options.ts";
import type { ReauthenticateByFactorDeps } from "../reauthenticate-by-factor.ts";
import type { ReauthenticationMethod } from "../rules.ts";
import {
  type SendReauthenticationCodeDeps,
  sendReauthenticationCode,
} from "../send-reauthentication-code.ts";
import {
  ContinueWithout,
  EnrolmentAdvice,
  MethodForm,
  OtherMethods,
  SentCodeForm,
} from "./confirm-forms.tsx";
import {
  CONFIRMATION_PAGE,
  type Confirmation,
  clearConfirmation,
  readConfirmation,
  writeConfirmation,
} from "./confirmation-cookie.ts";
import type { ReauthenticateByFormDeps } from "./reauthenticate-by-form.ts";
import { submitCredentials } from "./reauthenticate-by-form.ts";
import { submitFactor, submitSentCode } from "./submit-factor.ts";

type Deps = ReauthenticateByFormDeps &
  ReauthenticateByFactorDeps &
  SendReauthenticationCodeDeps &
  ReadReauthenticationOptionsDeps & { readonly settings: { readonly publicUrl: string } };

type Subject = {
  readonly confirmation: Confirmation;
  readonly options: ReauthenticationOptions;
  /** Null: no method reaches what the application asks for. */
  readonly method: ReauthenticationMethod | null;
  readonly account: Account;
  /** The authorization request that continues after the confirmation, or without it. */
  readonly returnTarget: ReturnTarget | null;
};

const isSent = (method: ReauthenticationMethod | null): boolean =>
  method === "email_otp" || method === "sms_otp";

/**
 * Confirms the user before a sensitive change, or before an authorization that asks for more (`returnTo`): by a factor of
 * the account, and by the password where two factors are due.
 */
export const confirmPage = (depsOf: DepsOf<Deps>): Page<Subject> => ({
  path: "/account/confirm",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.confirm.title,
  usesPasskeys: ({ method }) => method === "passkey",
  back: backToAccount,
  load: async (c, posted) => {
    const { session } = c.var;
    const deps = depsOf(c);
    const returnTarget = readReturnTarget(new URL(c.req.url).searchParams, deps.settings);
    const acr = returnTarget === null ? undefined : c.req.query("acr");
    const options = await readReauthenticationOptions(deps, session, acr);
    const requested = posted?.text("factor") || c.req.query("factor");
    const chosen = options.methods.find((each) => each === requested);
    const confirmation = readConfirmation(c);
    // A link to another method leaves the code that was sent.
    const isLeft = chosen !== undefined && !isSent(chosen);
    return {
      confirmation: isLeft ? { ...confirmation, challengeId: "" } : confirmation,
      options,
      method: chosen ?? options.defaultMethod,
      account: session.account,
      returnTarget,
    };
  },
  view: (p, { confirmation, options, method, account, returnTarget }) => (
    <section class="card">
      {returnTarget !== null && <p class="lead">{p.t.confirm.stepUp}</p>}
      {method === null ? (
        <EnrolmentAdvice p={p} />
      ) : confirmation.challengeId === "" ? (
        <MethodForm p={p} options={options} method={method} />
      ) : (
        <SentCodeForm p={p} account={account} confirmation={confirmation} />
      )}
      <OtherMethods p={p} options={options} method={method} />
      {returnTarget !== null && <ContinueWithout p={p} returnTarget={returnTarget} />}
    </section>
  ),
  submit: async (c, form, subject) => {
    const deps = depsOf(c);
    const { confirmation, method } = subject;
    if (method === null) return { code: "conflict", alert: wordsOf(c).confirm.noMethod };
    if (form.text("act") === "resend") {
      // Another code takes the password again, since the request that mails one checks it.
      writeConfirmation(c, { ...confirmation, challengeId: "" }, deps.clock);
      return redirectWithFlash(c, c.req.path + new URL(c.req.url).search);
    }
    const failure =
      confirmation.challengeId !== "" && form.text("factor") === ""
        ? await submitSentCode(c, deps, form, confirmation.challengeId)
        : method === "password" || isSent(method)
          ? await submitFirst(c, deps, form, { ...subject, method })
          : await submitFactor(c, deps, form, method);
    return failure ?? leave(c, subject);
  },
});

/** The password, or the request of a code. Null: the user is confirmed. */
async function submitFirst(
  c: PageContext,
  deps: Deps,
  form: Posted,
  { confirmation, method, options }: Subject & { readonly method: ReauthenticationMethod },
): Promise<Response | FormFailure | null> {
  const result =
    method === "password" || options.needsBoth
      ? await submitCredentials(c, deps, form, method === "password" ? undefined : method)
      : await requestCode(c, deps, method);
  if (!result.ok) return result.error;
  if (result.value.kind === "reauthenticated") return null;
  writeConfirmation(c, { page: confirmation.page, challengeId: result.value.challengeId }, deps.clock);
  const { search } = new URL(c.req.url);
  return redirectWithFlash(c, CONFIRMATION_PAGE + search);
}

/** A code that confirms the user without the password. */
async function requestCode(c: PageContext, deps: Deps, method: SecondFactorKind) {
  const kind = method === "sms_otp" ? method : "email_otp";
  const sent = await sendReauthenticationCode(deps, { session: c.var.session, kind });
  return sent.ok ? sent : err(formFailure(c, reauthenticationErrors[sent.error.reason], sent.error));
}

function leave(c: PageContext, { confirmation, returnTarget }: Subject): Response {
  clearConfirmation(c);
  if (returnTarget === null) return redirectWithFlash(c, confirmation.page, "confirmed");
  c.set("returnTarget", returnTarget);
  return redirectToTarget(c);
}
