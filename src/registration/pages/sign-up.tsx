import {
  ageField,
  lastNameField,
  nameField,
  newEmailField,
  newPasswordField,
  usernameField,
} from "../../accounts/fields.ts";
import { ProfileFieldInput } from "../../accounts/pages/profile-form.tsx";
import { allowsMethod, type SignInMethodSettings } from "../../authentication/sign-in-methods.ts";
import { SocialButtons, type SocialButtonsDeps } from "../../authentication/social/pages/social-buttons.tsx";
import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { Captcha, readCaptchaToken } from "../../ui/captcha-widget.tsx";
import { formFailure } from "../../ui/form-error.ts";
import { EmailField, Field, Form, PasswordField } from "../../ui/form-fields.tsx";
import type { Page, PageProps, Problems } from "../../ui/page.ts";
import { addressCookie } from "../../ui/page-cookies.ts";
import { TermsNotice } from "../../ui/page-links.tsx";
import { setPendingRedirectCookie } from "../../ui/pending-redirect-cookie.ts";
import { invalid, readFields } from "../../ui/read-fields.ts";
import { redirectIfSignedIn } from "../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import type { PageSessionDeps } from "../../ui/require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "../../ui/return-target.ts";
import type { Words } from "../../ui/ui-texts.ts";
import { registrationErrors } from "../errors.ts";
import { type RegisterAccountDeps, type RegistrationFailure, registerAccount } from "../register-account.ts";
import { AnswerInputs } from "../sign-up-fields/pages/answer-inputs.tsx";
import { answerFormProblems, readAnswerForm } from "../sign-up-fields/pages/read-answer-form.ts";
import { checkAnswers } from "../sign-up-fields/rules.ts";
import { hasSignUpForm, isSignUpOpen } from "../sign-up-rules.ts";

type Deps = RegisterAccountDeps &
  SocialButtonsDeps &
  PageSessionDeps & { readonly settings: SignInMethodSettings };
type Data = { readonly returnTarget: ReturnTarget | null; readonly deps: Deps };

const profileFields = { username: usernameField, lastName: lastNameField, age: ageField };

/** Registration, with the profile fields that this deployment requires and no others. */
export const signUpPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-up",
  access: "everybody",
  title: (t) => t.signUp.title,
  captcha: { action: "register", always: true },
  load: async (c) => {
    const returnTarget = c.var.returnTarget ?? null;
    // Without passwords an account is created by an email code or a provider, both on the sign-in page.
    if (!allowsMethod(depsOf(c).settings, "password"))
      return redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
    const redirect = returnTarget && c.req.method === "GET" && (await redirectIfSignedIn(c, depsOf));
    return redirect || { returnTarget, deps: depsOf(c) };
  },
  view: (p, { returnTarget, deps }) => (
    <>
      {!isSignUpOpen(deps.settings) && (
        <p class="lead">
          {deps.settings.signUp.policy === "closed" ? p.t.signUp.closed : p.t.signUp.invitedOnly}
        </p>
      )}
      {hasSignUpForm(deps.settings) && <SignUpForm p={p} deps={deps} />}
      {isSignUpOpen(deps.settings) && <SocialButtons p={p} returnTarget={returnTarget} {...deps} />}
      <p class="aside">
        {p.t.signUp.hasAccount} <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.signUp.signIn}</a>
      </p>
    </>
  ),
  submit: async (c, form, { returnTarget, deps }) => {
    const t = wordsOf(c);
    if (!hasSignUpForm(deps.settings)) return formFailure(c, "sign_up_closed");
    const requiredFields = deps.settings.requiredProfileFields.map((name) => [name, profileFields[name]]);
    const read = readFields(t, form, {
      name: nameField,
      ...(Object.fromEntries(requiredFields) as Partial<typeof profileFields>),
      email: newEmailField,
      password: newPasswordField,
    });
    const given = readAnswerForm(form, deps.settings.signUpFields);
    const checked = checkAnswers(deps.settings.signUpFields, given);
    // All problems at once. The use case validates the answers again.
    const answerProblems = checked.ok ? {} : answerFormProblems(t, checked.error);
    if ("refusal" in read) return invalid({ ...read.refusal.problems, ...answerProblems });
    const result = await registerAccount(deps, {
      ...read.values,
      answers: given,
      captchaToken: readCaptchaToken(form),
      caller: c.var.caller,
    });
    if (!result.ok) {
      const { reason } = result.error;
      if (
        reason === "domain_not_allowed" ||
        reason === "disposable_address" ||
        reason === "address_undeliverable"
      ) {
        return { code: registrationErrors[reason], problems: { email: t.failures[reason] } };
      }
      const problems = problemsOf(t, result.error);
      return problems ? invalid(problems) : formFailure(c, registrationErrors[reason], result.error);
    }
    addressCookie.write(c, read.values.email.address);
    setPendingRedirectCookie(c, returnTarget);
    return redirectWithFlash(c, withReturnTarget("/sign-up/check-your-mail", returnTarget));
  },
});

const SignUpForm = ({ p, deps: { settings } }: { readonly p: PageProps; readonly deps: Deps }) => (
  <Form p={p}>
    <Field p={p} name="name" autocomplete="given-name" maxlength={64} first />
    {settings.requiredProfileFields.map((name) => (
      <ProfileFieldInput p={p} name={name} />
    ))}
    <EmailField p={p} name="email" autocomplete="username" hint={domainHint(p, settings.signUp.domains)} />
    <PasswordField p={p} name="password" isNew />
    <AnswerInputs p={p} fields={settings.signUpFields} />
    <Captcha p={p} />
    <TermsNotice p={p} />
    <button type="submit" class="main">
      {p.t.signUp.submit}
    </button>
  </Form>
);

const domainHint = ({ t, locale }: PageProps, domains: readonly string[]): string | undefined =>
  domains.length === 0
    ? undefined
    : fill(t.signUp.domains, {
        domains: new Intl.ListFormat(locale, { type: "disjunction" }).format(domains),
      });

function problemsOf(t: Words, failure: RegistrationFailure): Problems | null {
  if (failure.reason === "password_refused") return { password: t.passwordProblems[failure.problem] };
  if (failure.reason === "answers_refused") return answerFormProblems(t, failure.problems);
  if (failure.reason === "username_taken") return { username: t.problems.usernameTaken };
  return null;
}
