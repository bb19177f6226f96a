import { emailField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { type RequestResetDeps, requestReset } from "../../password-reset/request-reset.ts";
import { Captcha, captchaTokenIn } from "../captcha.tsx";
import { Field, Form } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";

/** Asks for a link to choose a new password. It says the same of every address. */
export const forgotPage = (depsOf: DepsOf<RequestResetDeps>): Page<{ readonly address: string }> => ({
  path: "/forgot-password",
  access: "everybody",
  title: (t) => t.forgot.title,
  captcha: { action: "forgot", always: true },
  load: (c) => ({ address: addressCookie.read(c) ?? "" }),
  view: (p, { address }) => (
    <>
      <p class="lead">{p.t.forgot.lead}</p>
      <Form p={p}>
        <Field p={p} name="email" type="email" autocomplete="username" value={address} first />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.forgot.submit}
        </button>
      </Form>
      <p class="aside">
        <a href="/sign-in">{p.t.forgot.back}</a>
      </p>
    </>
  ),
  submit: async (c, form) => {
    const read = readFields(wordsOf(c), form, { email: emailField });
    if ("refusal" in read) return read.refusal;
    const { email } = read.values;
    const input = { email, captchaToken: captchaTokenIn(form), caller: c.var.caller };
    const result = await requestReset(depsOf(c), input);
    if (!result.ok) return refusalOf(c, result.error.reason);
    addressCookie.write(c, email.address);
    return go(c, "/forgot-password", "resetSent");
  },
});
