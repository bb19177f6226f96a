import type { Account } from "../../accounts/account.ts";
import type { DepsOf } from "../../http/context.ts";
import { phoneFailures } from "../../phone/failures.ts";
import { phoneField } from "../../phone/fields.ts";
import { type RemovePhoneDeps, removePhone } from "../../phone/remove-phone.ts";
import { type RequestPhoneDeps, requestPhone } from "../../phone/request-phone.ts";
import { writeSent } from "../code-fields.tsx";
import { Field, Form } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { phoneChallengeCookie } from "../page-cookies.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";
import { backToAccount, Phone } from "./rows.tsx";

type Deps = RequestPhoneDeps & RemovePhoneDeps;
type Data = { readonly account: Account; readonly canText: boolean };

/** A number, which a code then proves; or none. */
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
    const call = { accountId: account.id, caller: c.var.caller };
    if (form.text("act") === "remove") {
      await removePhone(deps, call);
      return go(c, "/account", "saved");
    }
    const read = readFields(wordsOf(c), form, { phone: phoneField });
    if ("refusal" in read) return read.refusal;
    const result = await requestPhone(deps, { ...read.values, ...call });
    if (!result.ok) return refusalOf(c, phoneFailures[result.error.reason], result.error);
    phoneChallengeCookie.write(c, writeSent(result.value.challengeId, deps.clock));
    return go(c, "/account/phone/code", form.text("act") === "resend" ? "codeTexted" : undefined);
  },
});
