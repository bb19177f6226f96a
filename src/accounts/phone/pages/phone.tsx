import {
  needsPassword,
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../../authentication/reauthentication/pages/reauthenticate-by-form.ts";
import { requireConfirmation } from "../../../authentication/reauthentication/pages/require-confirmation.ts";
import type { DepsOf } from "../../../http/context.ts";
import { encodeSentCode } from "../../../ui/code-field.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { phoneChallengeCookie } from "../../../ui/page-cookies.ts";
import { readFields } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount, Phone } from "../../../ui/settings-rows.tsx";
import type { Account } from "../../account.ts";
import { phoneErrors } from "../errors.ts";
import { MAX_TYPED_PHONE_LENGTH, phoneField } from "../fields.ts";
import { type RemovePhoneDeps, removePhone } from "../remove-phone.ts";
import {
  type RequestPhoneVerificationDeps,
  requestPhoneVerification,
} from "../request-phone-verification.ts";

type Deps = RequestPhoneVerificationDeps & RemovePhoneDeps & ReauthenticateByFormDeps;
type Data = {
  readonly account: Account;
  readonly canText: boolean;
  /** Whether changes require the password, since the user has not signed in recently. */
  readonly confirms: boolean;
};

/** Sets a phone number, which a texted code then verifies, or removes it. */
export const phonePage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/account/phone",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.fields.phone,
  back: backToAccount,
  load: async (c) => (await requireConfirmation(c, depsOf(c))) ?? c.var.session.account,
  loadData: async (c, account) => {
    const deps = depsOf(c);
    return { account, canText: deps.settings.canText, confirms: await needsPassword(c, deps) };
  },
  view: (p, { account, canText, confirms }) => (
    <section class="card">
      {account.phone && (
        <p>
          <Phone p={p} of={account} />
        </p>
      )}
      <p class="lead">{canText ? p.t.phone.lead : p.t.phone.off}</p>
      {(canText || (confirms && account.phone)) && (
        <Form p={p}>
          {canText && (
            <Field
              p={p}
              name="phone"
              type="tel"
              autocomplete="tel"
              inputmode="tel"
              maxlength={MAX_TYPED_PHONE_LENGTH}
              value={account.phoneVerifiedAt === null ? account.phone : null}
              hint={p.t.phone.hint}
            />
          )}
          {confirms && <PasswordField p={p} name="password" />}
          {canText && (
            <button type="submit" class="main">
              {p.t.phone.submit}
            </button>
          )}
          {confirms && account.phone && (
            <button type="submit" class="bad" name="act" value="remove" formnovalidate>
              {p.t.phone.remove}
            </button>
          )}
        </Form>
      )}
      {account.phone && !confirms && (
        <Form p={p} act="remove" confirm={p.t.phone.confirmRemoval}>
          <button type="submit" class="bad">
            {p.t.phone.remove}
          </button>
        </Form>
      )}
    </section>
  ),
  submit: async (c, form) => {
    const deps = depsOf(c);
    const { caller } = c.var;
    if (form.text("act") === "remove") {
      const reauthenticated = await reauthenticateByForm(c, deps, form);
      if (!("session" in reauthenticated)) return reauthenticated;
      const result = await removePhone(deps, { ...reauthenticated, caller });
      return result.ok
        ? redirectWithFlash(c, "/account", "saved")
        : formFailure(c, phoneErrors[result.error.reason]);
    }
    const read = readFields(wordsOf(c), form, { phone: phoneField });
    if ("refusal" in read) return read.refusal;
    const reauthenticated = await reauthenticateByForm(c, deps, form);
    if (!("session" in reauthenticated)) return reauthenticated;
    const result = await requestPhoneVerification(deps, { ...read.values, ...reauthenticated, caller });
    if (!result.ok) return formFailure(c, phoneErrors[result.error.reason], result.error);
    phoneChallengeCookie.write(c, encodeSentCode(result.value.challengeId, deps.clock));
    return redirectWithFlash(
      c,
      "/account/phone/code",
      form.text("act") === "resend" ? "codeTexted" : undefined,
    );
  },
});
