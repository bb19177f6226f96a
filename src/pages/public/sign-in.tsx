import { emailField, passwordField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { accessCookie, deviceCookie, refreshCookie } from "../../http/session-cookies.ts";
import { SECOND } from "../../kernel/clock.ts";
import { loginFailures } from "../../login/failures.ts";
import { type StartLoginDeps, startLogin } from "../../login/start-login.ts";
import type { IssueSessionCodeDeps } from "../../login-codes/issue-session-code.ts";
import { keepInCookies } from "../../sign-in/present-sign-in.ts";
import { Captcha, captchaTokenIn } from "../captcha.tsx";
import { goOnToCode } from "../due-step.ts";
import { Field, Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import { keepWayOn } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import { addressCookie, challengeCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { type PageSessionDeps, pageSession } from "../require-page-session.ts";
import { sendOn } from "../send-on.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";
import { OtherWays, type OtherWaysDeps } from "./other-ways.tsx";

type Deps = StartLoginDeps & PageSessionDeps & OtherWaysDeps & IssueSessionCodeDeps;

type Data = { readonly wayOn: WayOn | null; readonly address: string; readonly ways: OtherWaysDeps };

export const signInPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-in",
  access: "everybody",
  title: (t) => t.signIn.title,
  captcha: { action: "login", always: false },
  load: async (c) => {
    const deps = depsOf(c);
    const mayBeIn = c.req.method === "GET" && (accessCookie(c) ?? refreshCookie(c)) !== undefined;
    const session = mayBeIn ? await pageSession(c, deps) : null;
    if (session) return sendOn(c, deps, session.sessionId);
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
      keepInCookies(c, result.value);
      addressCookie.clear(c);
      return sendOn(c, deps, result.value.sessionId);
    }
    challengeCookie.write(c, `${result.value.challengeId}.${Math.floor(deps.clock.now() / SECOND)}`);
    addressCookie.write(c, email.address);
    return go(c, withWayOn("/sign-in/code", wayOn));
  },
});
