import { emailField, passwordField } from "../../../accounts/fields.ts";
import { setChallengeCookie } from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { deviceCookie } from "../../../http/session-cookies.ts";
import { cancelPath, isAuthorizationPath } from "../../../oauth/authorization/interaction.ts";
import { isSignUpOpen } from "../../../registration/sign-up-rules.ts";
import type { SignUpSettings } from "../../../registration/sign-up-settings.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { Captcha, readCaptchaToken } from "../../../ui/captcha-widget.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { setPendingRedirectCookie } from "../../../ui/pending-redirect-cookie.ts";
import { readFields } from "../../../ui/read-fields.ts";
import { redirectAfterSignIn, redirectIfSignedIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { PageSessionDeps } from "../../../ui/require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { SocialButtons, type SocialButtonsDeps } from "../../social/pages/social-buttons.tsx";
import { replacedSession } from "../../token-response.ts";
import { passwordErrors } from "../errors.ts";
import { type StartLoginDeps, startLogin } from "../start-login.ts";

type Deps = StartLoginDeps &
  SocialButtonsDeps &
  PageSessionDeps & { readonly settings: { readonly signUp: SignUpSettings } };

type Data = {
  readonly returnTarget: ReturnTarget | null;
  readonly address: string;
  readonly deps: Deps;
};

/** Sign-in by password, with the buttons of the sign-in providers. */
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
    };
  },
  view: (p, { returnTarget, address, deps }) => (
    <>
      <Form p={p}>
        <Field p={p} name="email" type="email" autocomplete="username" value={address} first={!address} />
        <PasswordField
          p={p}
          name="password"
          first={!!address}
          aside={<a href={withReturnTarget("/forgot-password", returnTarget)}>{p.t.signIn.forgot}</a>}
        />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.signIn.submit}
        </button>
      </Form>
      <SocialButtons p={p} returnTarget={returnTarget} {...deps} />
      {isSignUpOpen(deps.settings) && (
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
  submit: async (c, form, { returnTarget, deps }) => {
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
