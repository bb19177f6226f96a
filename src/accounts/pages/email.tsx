import { reauthenticationError } from "../../authentication/reauthentication/pages/reauthentication-error.ts";
import { requireConfirmation } from "../../authentication/reauthentication/pages/require-confirmation.ts";
import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { formFailure } from "../../ui/form-error.ts";
import { EmailField, Form, PasswordField } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { readFields } from "../../ui/read-fields.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import { backToAccount } from "../../ui/settings-rows.tsx";
import type { Account } from "../account.ts";
import { accountErrors } from "../errors.ts";
import { newEmailField, passwordField } from "../fields.ts";
import { type RequestEmailChangeDeps, requestEmailChange } from "../request-email-change.ts";

/** Requests an email change. The address changes when the mailed link is used. */
export const emailPage = (depsOf: DepsOf<RequestEmailChangeDeps>): Page<Account> => ({
  path: "/account/email",
  access: "signed_in",
  title: (t) => t.fields.email,
  back: backToAccount,
  load: async (c) => (await requireConfirmation(c, depsOf(c))) ?? c.var.session.account,
  view: (p, { email, emailVerifiedAt }) => (
    <section class="card">
      {emailVerifiedAt === null && (
        <Form p={p} action="/sign-up/check-your-mail">
          <p class="lead">{fill(p.t.changeEmail.unverified, { address: email })}</p>
          <input type="hidden" name="email" value={email} />
          <button type="submit">{p.t.changeEmail.verify}</button>
        </Form>
      )}
      <p class="lead">{fill(p.t.changeEmail.lead, { address: email })}</p>
      <Form p={p}>
        <EmailField p={p} name="newEmail" autocomplete="email" first />
        <PasswordField p={p} name="password" />
        <button type="submit" class="main">
          {p.t.changeEmail.submit}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const read = readFields(wordsOf(c), form, { newEmail: newEmailField, password: passwordField });
    if ("refusal" in read) return read.refusal;
    const result = await requestEmailChange(depsOf(c), {
      session: c.var.session,
      ...read.values,
      caller: c.var.caller,
    });
    if (result.ok) return redirectWithFlash(c, "/account", "newAddressAsked");
    const { error } = result;
    if (error.reason === "address_undeliverable") {
      return { code: accountErrors[error.reason], problems: { newEmail: wordsOf(c).failures[error.reason] } };
    }
    return error.reason === "send_cap" || error.reason === "factor_removal_pending"
      ? formFailure(c, accountErrors[error.reason], error)
      : reauthenticationError(c, depsOf(c), error);
  },
});
