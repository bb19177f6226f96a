import type { DepsOf } from "../../../http/context.ts";
import { encodeSentCode } from "../../../ui/code-field.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { phoneChallengeCookie } from "../../../ui/page-cookies.ts";
import { readFields } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount, Phone } from "../../../ui/settings-rows.tsx";
import type { Account } from "../../account.ts";
import { phoneErrors } from "../errors.ts";
import { phoneField } from "../fields.ts";
import { type RemovePhoneDeps, removePhone } from "../remove-phone.ts";
import {
  type RequestPhoneVerificationDeps,
  requestPhoneVerification,
} from "../request-phone-verification.ts";

type Deps = RequestPhoneVerificationDeps & RemovePhoneDeps;
type Data = { readonly account: Account; readonly canText: boolean };

/** Sets a phone number, which a texted code then verifies, or removes it. */
export const phonePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/account/phone",
  access: "signed_in",
  title: (t) => t.fields.phone,
  back: backToAccount,
  load: (c) => ({ account: c.var.session.account, canText: depsOf(c).settings.canText }),
  view: (p, { account, canText }) => (
    <section class="card">
      {account.phone && (
        <p>
          <Phone p={p} of={account} />
        </p>
      )}
      <p class="lead">{canText ? p.t.phone.lead : p.t.phone.off}</p>
      {canText && (
        <Form p={p}>
          <Field
            p={p}
            name="phone"
            type="tel"
            autocomplete="tel"
            inputmode="tel"
            maxlength={40}
            value={account.phoneVerifiedAt === null ? account.phone : null}
            hint={p.t.phone.hint}
          />
          <button type="submit" class="main">
            {p.t.phone.submit}
          </button>
        </Form>
      )}
      {account.phone && (
        <Form p={p} act="remove" confirm={p.t.phone.confirmRemoval}>
          <button type="submit" class="bad">
            {p.t.phone.remove}
          </button>
        </Form>
      )}
    </section>
  ),
  submit: async (c, form, { account }) => {
    const deps = depsOf(c);
    const common = { accountId: account.id, caller: c.var.caller };
    if (form.text("act") === "remove") {
      await removePhone(deps, common);
      return redirectWithFlash(c, "/account", "saved");
    }
    const read = readFields(wordsOf(c), form, { phone: phoneField });
    if ("refusal" in read) return read.refusal;
    const result = await requestPhoneVerification(deps, { ...read.values, ...common });
    if (!result.ok) return formFailure(c, phoneErrors[result.error.reason], result.error);
    phoneChallengeCookie.write(c, encodeSentCode(result.value.challengeId, deps.clock));
    return redirectWithFlash(
      c,
      "/account/phone/code",
      form.text("act") === "resend" ? "codeTexted" : undefined,
    );
  },
});
