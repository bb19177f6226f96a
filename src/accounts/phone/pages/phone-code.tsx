import { codeField } from "../../../authentication/one-time-codes/fields.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { CodeForm, decodeSentCode, ResendForm } from "../../../ui/code-field.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import type { Page } from "../../../ui/page.ts";
import { phoneChallengeCookie } from "../../../ui/page-cookies.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { Account } from "../../account.ts";
import { phoneErrors } from "../errors.ts";
import { type VerifyPhoneDeps, verifyPhone } from "../verify-phone.ts";

type Data = { readonly account: Account; readonly challengeId: string; readonly sentAt: number };

/** Verifies the texted code. The phone page resends it, under its own send limit, since texts cost money. */
export const phoneCodePage = (depsOf: DepsOf<VerifyPhoneDeps>): Page<Data> => ({
  path: "/account/phone/code",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.phone.codeTitle,
  back: (t) => ({ href: "/account/phone", label: t.fields.phone }),
  load: (c) => {
    const sent = decodeSentCode(phoneChallengeCookie.read(c));
    const { account } = c.var.session;
    return sent.challengeId && account.phone ? { account, ...sent } : redirectWithFlash(c, "/account/phone");
  },
  view: (p, { account, sentAt }) => (
    <section class="card">
      <p class="lead">{fill(p.t.phone.codeLead, { phone: account.phone ?? "" })}</p>
      <CodeForm p={p} />
      <ResendForm p={p} sentAt={sentAt} nothing={p.t.phone.nothing} action="/account/phone">
        <input type="hidden" name="phone" value={account.phone ?? ""} />
      </ResendForm>
    </section>
  ),
  submit: async (c, form, { account, challengeId }) => {
    const t = wordsOf(c);
    const read = readFields(t, form, { code: codeField });
    if ("refusal" in read) return read.refusal;
    const input = { accountId: account.id, challengeId, ...read.values, caller: c.var.caller };
    const result = await verifyPhone(depsOf(c), input);
    if (!result.ok) {
      return result.error.reason === "code_incorrect"
        ? invalid({ code: t.problems.codeWrong })
        : formFailure(c, phoneErrors[result.error.reason], result.error);
    }
    phoneChallengeCookie.clear(c);
    return redirectWithFlash(c, "/account", "phoneConfirmed");
  },
});
