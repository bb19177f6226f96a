import {
  ageField,
  emailField,
  lastNameField,
  nameField,
  newPasswordField,
  usernameField,
} from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { registrationFailures } from "../../registration/failures.ts";
import {
  type RegisterAccountDeps,
  type RegistrationFailure,
  registerAccount,
} from "../../registration/register-account.ts";
import { Captcha, captchaTokenIn } from "../captcha.tsx";
import { Field, Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import { keepWayOn } from "../mailed-way.ts";
import type { Words } from "../messages/catalogue.ts";
import type { Page, Problems } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import { ProfileField } from "../profile-fields.tsx";
import { invalid, readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { type SendInsideDeps, sendInside } from "../send-on.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";
import { OtherWays, type OtherWaysDeps } from "./other-ways.tsx";

type Deps = RegisterAccountDeps & OtherWaysDeps & SendInsideDeps;
type Data = { readonly wayOn: WayOn | null; readonly deps: Deps };

const optionalFields = { username: usernameField, lastName: lastNameField, age: ageField };

/** A new account: what this deployment asks for, and no more. */
export const signUpPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-up",
  access: "everybody",
  title: (t) => t.signUp.title,
  captcha: { action: "register", always: true },
  load: async (c) => {
    const wayOn = c.var.wayOn ?? null;
    const inside = wayOn && (await sendInside(c, depsOf));
    return inside ?? { wayOn, deps: depsOf(c) };
  },
  view: (p, { wayOn, deps }) => (
    <>
      <Form p={p}>
        <Field p={p} name="name" autocomplete="given-name" maxlength={64} first />
        {deps.settings.requiredProfileFields.map((name) => (
          <ProfileField p={p} name={name} />
        ))}
        <Field p={p} name="email" type="email" autocomplete="username" />
        <PasswordField p={p} name="password" fresh />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.signUp.submit}
        </button>
      </Form>
      <OtherWays p={p} wayOn={wayOn} {...deps} />
      <p class="aside">
        {p.t.signUp.hasAccount} <a href={withWayOn("/sign-in", wayOn)}>{p.t.signUp.signIn}</a>
      </p>
    </>
  ),
  submit: async (c, form, { wayOn, deps }) => {
    const t = wordsOf(c);
    const asked = deps.settings.requiredProfileFields.map((name) => [name, optionalFields[name]]);
    const read = readFields(t, form, {
      name: nameField,
      ...(Object.fromEntries(asked) as Partial<typeof optionalFields>),
      email: emailField,
      password: newPasswordField,
    });
    if ("refusal" in read) return read.refusal;
    const result = await registerAccount(deps, {
      ...read.values,
      captchaToken: captchaTokenIn(form),
      caller: c.var.caller,
    });
    if (!result.ok) {
      const problems = problemsOf(t, result.error);
      return problems ? invalid(problems) : refusalOf(c, registrationFailures[result.error.reason]);
    }
    addressCookie.write(c, read.values.email.address);
    keepWayOn(c, wayOn);
    return go(c, withWayOn("/sign-up/check-your-mail", wayOn));
  },
});

function problemsOf(t: Words, failure: RegistrationFailure): Problems | null {
  if (failure.reason === "password_refused") return { password: t.passwordProblems[failure.problem] };
  if (failure.reason === "username_taken") return { username: t.problems.usernameTaken };
  return null;
}
