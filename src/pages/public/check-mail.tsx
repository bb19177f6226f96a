import { emailField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { fill } from "../../kernel/text.ts";
import type { MailLinkDeps } from "../../one-time-links/mail-link.ts";
import { resendVerification } from "../../registration/resend-verification.ts";
import { Field, Form } from "../fields.tsx";
import { go } from "../go.ts";
import { MailHere } from "../mail-here.tsx";
import { keepWayOn } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";

type Data = { readonly wayOn: WayOn | null; readonly address: string | null };

/** After signing up, the same for everybody; and another link for whoever lost theirs. */
export const checkMailPage = (depsOf: DepsOf<MailLinkDeps>): Page<Data> => ({
  path: "/sign-up/check-your-mail",
  access: "everybody",
  title: (t) => t.checkMail.title,
  load: (c) => ({ wayOn: c.var.wayOn ?? null, address: addressCookie.read(c) ?? null }),
  view: (p, { wayOn, address }) => (
    <>
      {/* A notice says what was sent, and to whom it was not: both would not be true of a stranger's address. */}
      {p.notice === null && (
        <p class="lead">{address === null ? p.t.checkMail.lead : fill(p.t.checkMail.leadTo, { address })}</p>
      )}
      <MailHere p={p} />
      <Form p={p}>
        <p class="hint">{p.t.checkMail.nothing}</p>
        <Field p={p} name="email" type="email" autocomplete="username" value={address} />
        <button type="submit" class="plain">
          {p.t.checkMail.resend}
        </button>
      </Form>
      <p class="aside">
        <a href={withWayOn("/sign-in", wayOn)}>{p.t.checkMail.back}</a>
      </p>
    </>
  ),
  submit: async (c, form, { wayOn }) => {
    const read = readFields(wordsOf(c), form, { email: emailField });
    if ("refusal" in read) return read.refusal;
    await resendVerification(depsOf(c), read.values);
    addressCookie.write(c, read.values.email.address);
    keepWayOn(c, wayOn);
    return go(c, withWayOn("/sign-up/check-your-mail", wayOn), "linkSent");
  },
});
