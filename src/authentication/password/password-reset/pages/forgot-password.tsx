import { emailField } from "../../../../accounts/fields.ts";
import type { DepsOf } from "../../../../http/context.ts";
import { Captcha, readCaptchaToken } from "../../../../ui/captcha-widget.tsx";
import { DevMailboxLink } from "../../../../ui/dev-mailbox-link.tsx";
import { formFailure } from "../../../../ui/form-error.ts";
import { EmailField, Form } from "../../../../ui/form-fields.tsx";
import type { Page } from "../../../../ui/page.ts";
import { addressCookie } from "../../../../ui/page-cookies.ts";
import { setPendingRedirectCookie } from "../../../../ui/pending-redirect-cookie.ts";
import { readFields } from "../../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../../ui/return-target.ts";
import { type RequestPasswordResetDeps, requestPasswordReset } from "../request-password-reset.ts";

type Data = { readonly returnTarget: ReturnTarget | null; readonly address: string };

/** Requests a password reset link. The response is the same for every address. */
export const forgotPasswordPage = (depsOf: DepsOf<RequestPasswordResetDeps>): Page<Data> => ({
  path: "/forgot-password",
  access: "everybody",
  title: (t) => t.forgot.title,
  captcha: { action: "forgot", always: true },
  load: (c) => ({ returnTarget: c.var.returnTarget ?? null, address: addressCookie.read(c) ?? "" }),
  view: (p, { returnTarget, address }) => (
    <>
      <p class="lead">{p.t.forgot.lead}</p>
      <Form p={p}>
        <EmailField p={p} name="email" autocomplete="username" value={address} first />
        <Captcha p={p} />
        <button type="submit" class="main">
          {p.t.forgot.submit}
        </button>
      </Form>
      <DevMailboxLink p={p} />
      <p class="aside">
        <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.forgot.back}</a>
      </p>
    </>
  ),
  submit: async (c, form, { returnTarget }) => {
    const read = readFields(wordsOf(c), form, { email: emailField });
    if ("refusal" in read) return read.refusal;
    const { email } = read.values;
    const input = { email, captchaToken: readCaptchaToken(form), caller: c.var.caller };
    const result = await requestPasswordReset(depsOf(c), input);
    if (!result.ok) return formFailure(c, result.error.reason, result.error);
    addressCookie.write(c, email.address);
    setPendingRedirectCookie(c, returnTarget);
    return redirectWithFlash(c, withReturnTarget("/forgot-password", returnTarget), "resetSent");
  },
});
