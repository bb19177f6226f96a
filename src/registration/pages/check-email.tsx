import { emailField } from "../../accounts/fields.ts";
import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { DevMailboxLink } from "../../ui/dev-mailbox-link.tsx";
import { formFailure } from "../../ui/form-error.ts";
import { EmailField, Form } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { addressCookie } from "../../ui/page-cookies.ts";
import { setPendingRedirectCookie } from "../../ui/pending-redirect-cookie.ts";
import { readFields } from "../../ui/read-fields.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../ui/return-target.ts";
import { type ResendVerificationDeps, resendVerification } from "../resend-verification.ts";

type Data = { readonly returnTarget: ReturnTarget | null; readonly address: string | null };

/** The page after sign-up. It is the same for every address, and it can resend the link. */
export const checkEmailPage = (depsOf: DepsOf<ResendVerificationDeps>): Page<Data> => ({
  path: "/sign-up/check-your-mail",
  access: "everybody",
  title: (t) => t.checkMail.title,
  load: (c) => ({ returnTarget: c.var.returnTarget ?? null, address: addressCookie.read(c) ?? null }),
  view: (p, { returnTarget, address }) => (
    <>
      {/* After a resend the flash message replaces this text, since the address may have no account. */}
      {p.notice === null && (
        <p class="lead">{address === null ? p.t.checkMail.lead : fill(p.t.checkMail.leadTo, { address })}</p>
      )}
      <DevMailboxLink p={p} />
      <Form p={p}>
        <p class="hint">{p.t.checkMail.nothing}</p>
        <EmailField p={p} name="email" autocomplete="username" value={address} />
        <button type="submit" class="plain">
          {p.t.checkMail.resend}
        </button>
      </Form>
      <p class="aside">
        <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.checkMail.back}</a>
      </p>
    </>
  ),
  submit: async (c, form, { returnTarget }) => {
    const read = readFields(wordsOf(c), form, { email: emailField });
    if ("refusal" in read) return read.refusal;
    const result = await resendVerification(depsOf(c), { ...read.values, caller: c.var.caller });
    if (!result.ok) return formFailure(c, result.error.reason, result.error);
    addressCookie.write(c, read.values.email.address);
    setPendingRedirectCookie(c, returnTarget);
    return redirectWithFlash(c, withReturnTarget("/sign-up/check-your-mail", returnTarget), "linkSent");
  },
});
