import { emailField, passwordField, usernameField } from "../../../accounts/fields.ts";
import type { Clock } from "../../../core/clock.ts";
import { typedLine } from "../../../core/typed-text.ts";
import { emailCodeCookie, setChallengeCookie } from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { deviceCookie } from "../../../http/device-cookie.ts";
import { refuse } from "../../../http/respond.ts";
import { cancelPath, isAuthorizationPath } from "../../../oauth/authorization/interaction.ts";
import { isSignUpOpen } from "../../../registration/sign-up-rules.ts";
import type { SignUpSettings } from "../../../registration/sign-up-settings.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { readCaptchaToken } from "../../../ui/captcha-widget.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { TermsNotice } from "../../../ui/page-links.tsx";
import { setPendingRedirectCookie } from "../../../ui/pending-redirect-cookie.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import type { Form as SubmittedForm } from "../../../ui/read-form.ts";
import { redirectAfterSignIn, redirectIfSignedIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { PageSessionDeps } from "../../../ui/require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import type { Words } from "../../../ui/ui-texts.ts";
import { type RequestEmailCodeDeps, requestEmailCode } from "../../email-code/request-email-code.ts";
import { PasskeySignIn } from "../../passkeys/pages/passkey-sign-in.tsx";
import { allowsMethod, type SignInMethodSettings } from "../../sign-in-methods.ts";
import { SocialButtons, type SocialButtonsDeps } from "../../social/pages/social-buttons.tsx";
import { replacedSession } from "../../token-response.ts";
import { passwordErrors } from "../errors.ts";
import type { SignInName } from "../sign-in-name.ts";
import { type StartLoginDeps, startLogin } from "../start-login.ts";
import { type OfferedMethods, SignInForm } from "./sign-in-form.tsx";

type Deps = StartLoginDeps &
  RequestEmailCodeDeps &
  SocialButtonsDeps &
  PageSessionDeps & {
    readonly settings: SignInMethodSettings & {
      readonly signUp: SignUpSettings;
      readonly canSignInByUsername: boolean;
    };
  };

type Data = {
  readonly returnTarget: ReturnTarget | null;
  readonly address: string;
  readonly deps: Deps;
  readonly methods: OfferedMethods;
};

const methodsOf = (settings: Deps["settings"]): OfferedMethods => ({
  password: allowsMethod(settings, "password"),
  emailCode: allowsMethod(settings, "email_code"),
  passkey: allowsMethod(settings, "passkey"),
  username: settings.canSignInByUsername,
});

/** Sign-in by password, email code or passkey, with the buttons of the sign-in providers. */
export const signInPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-in",
  access: "everybody",
  title: (t) => t.signIn.title,
  captcha: { action: "login", always: false },
  load: async (c, posted) => {
    const redirectAway = await redirectIfSignedIn(c, depsOf, posted?.text("email"));
    if (redirectAway) return redirectAway;
    return {
      returnTarget: c.var.returnTarget ?? null,
      address: addressCookie.read(c) ?? "",
      deps: depsOf(c),
      methods: methodsOf(depsOf(c).settings),
    };
  },
  usesPasskeys: ({ methods }) => methods.passkey,
  view: (p, { returnTarget, address, deps, methods }) => (
    <>
      <SignInForm p={p} methods={methods} address={address} returnTarget={returnTarget} />
      {methods.passkey && <PasskeySignIn p={p} returnTarget={returnTarget} />}
      <SocialButtons p={p} returnTarget={returnTarget} {...deps} />
      {/* Without passwords a code creates the account. */}
      {!methods.password && isSignUpOpen(deps.settings) && <TermsNotice p={p} />}
      {methods.password && isSignUpOpen(deps.settings) && (
        <p class="aside">
          {p.t.signIn.isNew} <a href={withReturnTarget("/sign-up", returnTarget)}>{p.t.signIn.signUp}</a>
        </p>
      )}
      {returnTarget !== null && isAuthorizationPath(returnTarget) && (
        <p class="aside">
          <a href={cancelPath(returnTarget)}>{p.t.signIn.cancel}</a>
        </p>
      )}
    </>
  ),
  submit: async (c, form, { returnTarget, deps, methods }) => {
    if (methods.emailCode && form.text("act") === "code") return submitCodeRequest(c, form, deps);
    if (!methods.password) return refuse(c, "not_found");
    const read = readSignIn(wordsOf(c), form, deps.settings);
    if ("refusal" in read) return read.refusal;
    const { name, password } = read;
    const result = await startLogin(deps, {
      name,
      password,
      rememberMe: form.text("rememberMe") !== "",
      captchaToken: readCaptchaToken(form),
      deviceTokens: deviceCookie(c),
      audience: ownAudience(deps.settings),
      replaces: await replacedSession(c, deps),
      caller: c.var.caller,
    });
    if (!result.ok) {
      const code = passwordErrors[result.error.reason];
      if (result.error.reason === "reset_required") {
        return { code, alert: wordsOf(c).signIn.stopped, retryAfter: result.error.retryAfter };
      }
      if (code !== "email_not_verified") return formFailure(c, code, result.error);
      if ("email" in name) addressCookie.write(c, name.email.address);
      setPendingRedirectCookie(c, returnTarget);
      return redirectWithFlash(c, withReturnTarget("/sign-up/check-your-mail", returnTarget), "notVerified");
    }
    if (result.value.kind === "signed_in") {
      addressCookie.clear(c);
      return redirectAfterSignIn(c, result.value);
    }
    await setChallengeCookie(c, deps, result.value.challengeId);
    // Before the second factor, a username must not reveal the address.
    if ("email" in name) addressCookie.write(c, name.email.address);
    else addressCookie.clear(c);
    return redirectWithFlash(c, withReturnTarget("/sign-in/code", returnTarget));
  },
});

type SubmittedSignIn = { readonly name: SignInName; readonly password: string };

/** A text without "@" is a username, where the service accepts usernames. */
function readSignIn(
  t: Words,
  form: SubmittedForm,
  settings: { readonly canSignInByUsername: boolean },
): SubmittedSignIn | { readonly refusal: FormFailure } {
  const typed = typedLine(form.text("email"));
  if (!settings.canSignInByUsername || typed === "" || typed.includes("@")) {
    const read = readFields(t, form, { email: emailField, password: passwordField });
    return "refusal" in read ? read : { name: { email: read.values.email }, password: read.values.password };
  }
  const read = readFields(t, form, { password: passwordField });
  const username = usernameField.safeParse(typed);
  const problems = username.success ? {} : { email: t.signIn.emailOrUsernameProblem };
  if ("refusal" in read) return { refusal: invalid({ ...problems, ...read.refusal.problems }) };
  return username.success
    ? { name: { username: username.data }, password: read.values.password }
    : { refusal: invalid(problems) };
}

/** Requests a code for the entered address. The page that follows is the same for every address. */
async function submitCodeRequest(
  c: PageContext,
  form: SubmittedForm,
  deps: RequestEmailCodeDeps & { readonly clock: Clock },
): Promise<Response | FormFailure> {
  const read = readFields(wordsOf(c), form, { email: emailField });
  if ("refusal" in read) return read.refusal;
  const { email } = read.values;
  const captchaToken = readCaptchaToken(form);
  const result = await requestEmailCode(deps, { email, captchaToken, caller: c.var.caller });
  if (!result.ok) return formFailure(c, result.error.reason, result.error);
  await emailCodeCookie.set(c, deps, result.value.challengeId);
  addressCookie.write(c, email.address);
  return redirectWithFlash(c, withReturnTarget("/sign-in/email-code", c.var.returnTarget ?? null));
}
