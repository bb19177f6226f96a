import { emailField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { type RequestResetDeps, requestReset } from "../../password-reset/request-reset.ts";
import { Captcha, captchaTokenIn } from "../captcha.tsx";
import { Field, Form } from "../fields.tsx";
import { go } from "../go.ts";
import { MailHere } from "../mail-here.tsx";
import { keepWayOn } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";

type Data = { readonly wayOn: WayOn | null; readonly address: string };

/** Asks for a link to choose a new password. It says the same of every address. */
export const forgotPage = (depsOf: DepsOf<RequestResetDeps>): Page<Data> => ({
  path: "/forgot-password",
  access: "everybody",
  title: (t) => t.forgot.title,
  captcha: { action: "forgot", always: true },
  load: (c) => ({ wayOn: c.var.wayOn ?? null, address: addressCookie.read(c) ?? "" }),
  view: (p, { wayOn, address }) => (
    <>
      <p class="lead">{p.t.forgot.lead}</p>
      <Form p={p}>
        <Field p={p} name="email" type="email" autocomplete="username" value={address} first />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.forgot.submit}
        </button>
      </Form>
      <MailHere p={p} />
      <p class="aside">
        <a href={withWayOn("/sign-in", wayOn)}>{p.t.forgot.back}</a>
      </p>
    </>
  ),
  submit: async (c, form, { wayOn }) => {
    const read = readFields(wordsOf(c), form, { email: emailField });
    if ("refusal" in read) return read.refusal;
    const { email } = read.values;
    const input = { email, captchaToken: captchaTokenIn(form), caller: c.var.caller };
    const result = await requestReset(depsOf(c), input);
    if (!result.ok) return refusalOf(c, result.error.reason);
    addressCookie.write(c, email.address);
    keepWayOn(c, wayOn);
    return go(c, withWayOn("/forgot-password", wayOn), "resetSent");
  },
});
