import { emailField, passwordField } from "../../../accounts/fields.ts";
import type { Clock } from "../../../core/clock.ts";
import { emailCodeCookie, setChallengeCookie } from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { deviceCookie } from "../../../http/session-cookies.ts";
import { cancelPath, isAuthorizationPath } from "../../../oauth/authorization/interaction.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { Captcha, readCaptchaToken } from "../../../ui/captcha-widget.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { FormFailure, Page, PageContext, PageProps } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { setPendingRedirectCookie } from "../../../ui/pending-redirect-cookie.ts";
import { readFields } from "../../../ui/read-fields.ts";
import type { Form as SubmittedForm } from "../../../ui/read-form.ts";
import { redirectAfterSignIn, redirectIfSignedIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { PageSessionDeps } from "../../../ui/require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { type RequestEmailCodeDeps, requestEmailCode } from "../../email-code/request-email-code.ts";
import { allowsMethod, type SignInMethodSettings } from "../../sign-in-methods.ts";
import { SocialButtons, type SocialButtonsDeps } from "../../social/pages/social-buttons.tsx";
import { replacedSession } from "../../token-response.ts";
import { passwordErrors } from "../errors.ts";
import { type StartLoginDeps, startLogin } from "../start-login.ts";

type Deps = StartLoginDeps &
  RequestEmailCodeDeps &
  SocialButtonsDeps &
  PageSessionDeps & { readonly settings: SignInMethodSettings };

type Data = {
  readonly returnTarget: ReturnTarget | null;
  readonly address: string;
  readonly methods: FormMethods;
  readonly socialButtons: SocialButtonsDeps;
};

/** The methods that the form offers: those of the deployment, the same for every address. */
type FormMethods = { readonly password: boolean; readonly emailCode: boolean };

const methodsOf = (settings: SignInMethodSettings): FormMethods => ({
  password: allowsMethod(settings, "password"),
  emailCode: allowsMethod(settings, "email_code"),
});

/** Sign-in by password or by email code, with the buttons of the sign-in providers. */
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
      methods: methodsOf(depsOf(c).settings),
      socialButtons: depsOf(c),
    };
  },
  view: (p, { returnTarget, address, methods, socialButtons }) => (
    <>
      <SignInForm p={p} methods={methods} address={address} returnTarget={returnTarget} />
      <SocialButtons p={p} returnTarget={returnTarget} {...socialButtons} />
      {/* Without passwords a code creates the account. */}
      {methods.password && (
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
  submit: async (c, form, { returnTarget }) => {
    const deps = depsOf(c);
    const methods = methodsOf(deps.settings);
    if (methods.emailCode && form.text("act") === "code") return submitCodeRequest(c, form, deps);
    if (!methods.password) return refuse(c, "not_found");
    const read = readFields(wordsOf(c), form, { email: emailField, password: passwordField });
    if ("refusal" in read) return read.refusal;
    const { email } = read.values;
    const result = await startLogin(deps, {
      ...read.values,
      captchaToken: readCaptchaToken(form),
      deviceToken: deviceCookie(c),
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
      addressCookie.write(c, email.address);
      setPendingRedirectCookie(c, returnTarget);
      return redirectWithFlash(c, withReturnTarget("/sign-up/check-your-mail", returnTarget), "notVerified");
    }
    if (result.value.kind === "signed_in") {
      addressCookie.clear(c);
      return redirectAfterSignIn(c, result.value);
    }
    await setChallengeCookie(c, deps, result.value.challengeId);
    addressCookie.write(c, email.address);
    return redirectWithFlash(c, withReturnTarget("/sign-in/code", returnTarget));
  },
});

type FormProps = Pick<Data, "methods" | "address" | "returnTarget"> & { readonly p: PageProps };

/** The address, then what the deployment allows. A browser submits the first button when the user presses Enter. */
const SignInForm = ({ p, methods, address, returnTarget }: FormProps) =>
  methods.password || methods.emailCode ? (
    <Form p={p}>
      <Field p={p} name="email" type="email" autocomplete="username" value={address} first={!address} />
      {methods.password && (
        <PasswordField
          p={p}
          name="password"
          first={!!address}
          aside={<a href={withReturnTarget("/forgot-password", returnTarget)}>{p.t.signIn.forgot}</a>}
        />
      )}
      <Captcha p={p} />
      {methods.password && (
        <button type="submit" class="main">
          {p.t.signIn.submit}
        </button>
      )}
      {methods.emailCode && (
        // The password may be empty. The service checks the address.
        <button
          type="submit"
          name="act"
          value="code"
          class={methods.password ? "plain" : "main"}
          formnovalidate={methods.password}
        >
          {p.t.signIn.emailCode}
        </button>
      )}
    </Form>
  ) : null;

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
