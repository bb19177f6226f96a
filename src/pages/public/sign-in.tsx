import { emailField, passwordField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { deviceCookie } from "../../http/session-cookies.ts";
import { loginFailures } from "../../login/failures.ts";
import { type StartLoginDeps, startLogin } from "../../login/start-login.ts";
import { Captcha, captchaTokenIn } from "../captcha.tsx";
import { writeSent } from "../code-fields.tsx";
import { goOnToCode } from "../due-step.ts";
import { Field, Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import { keepWayOn } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import { addressCookie, challengeCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { type SendInsideDeps, sendInside, sendOn } from "../send-on.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";
import { OtherWays, type OtherWaysDeps } from "./other-ways.tsx";

type Deps = StartLoginDeps & OtherWaysDeps & SendInsideDeps;

type Data = { readonly wayOn: WayOn | null; readonly address: string; readonly ways: OtherWaysDeps };

export const signInPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-in",
  access: "everybody",
  title: (t) => t.signIn.title,
  captcha: { action: "login", always: false },
  load: async (c) => {
    const inside = await sendInside(c, depsOf);
    if (inside) return inside;
    const deps = depsOf(c);
    const toCode = goOnToCode(c, deps.clock);
    if (toCode) return toCode;
    return { wayOn: c.var.wayOn ?? null, address: addressCookie.read(c) ?? "", ways: deps };
  },
  view: (p, { wayOn, address, ways }) => (
    <>
      <Form p={p}>
        <Field p={p} name="email" type="email" autocomplete="username" value={address} first={!address} />
        <PasswordField
          p={p}
          name="password"
          first={!!address}
          aside={<a href={withWayOn("/forgot-password", wayOn)}>{p.t.signIn.forgot}</a>}
        />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.signIn.submit}
        </button>
      </Form>
      <OtherWays p={p} wayOn={wayOn} {...ways} />
      <p class="aside">
        {p.t.signIn.isNew} <a href={withWayOn("/sign-up", wayOn)}>{p.t.signIn.signUp}</a>
      </p>
    </>
  ),
  submit: async (c, form, { wayOn }) => {
    const deps = depsOf(c);
    const read = readFields(wordsOf(c), form, { email: emailField, password: passwordField });
    if ("refusal" in read) return read.refusal;
    const { email } = read.values;
    const result = await startLogin(deps, {
      ...read.values,
      captchaToken: captchaTokenIn(form),
      deviceToken: deviceCookie(c),
      caller: c.var.caller,
    });
    if (!result.ok) {
      const code = loginFailures[result.error.reason];
      if (code !== "email_not_verified") return refusalOf(c, code, result.error);
      addressCookie.write(c, email.address);
      keepWayOn(c, wayOn);
      return go(c, withWayOn("/sign-up/check-your-mail", wayOn), "notVerified");
    }
    if (result.value.kind === "signed_in") {
      addressCookie.clear(c);
      return sendOn(c, deps, result.value);
    }
    challengeCookie.write(c, writeSent(result.value.challengeId, deps.clock));
    addressCookie.write(c, email.address);
    return go(c, withWayOn("/sign-in/code", wayOn));
  },
});
