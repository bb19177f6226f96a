import { newPasswordField } from "../../../../accounts/fields.ts";
import { SECOND } from "../../../../core/clock.ts";
import type { DepsOf } from "../../../../http/context.ts";
import { setDeviceCookie } from "../../../../http/session-cookies.ts";
import {
  type EmailTokenData,
  loadEmailToken,
  showInvalidTokenPage,
} from "../../../../registration/email-tokens/pages/email-token.tsx";
import { Form, PasswordField } from "../../../../ui/form-fields.tsx";
import type { Page } from "../../../../ui/page.ts";
import { addressCookie } from "../../../../ui/page-cookies.ts";
import { readPendingRedirectCookie } from "../../../../ui/pending-redirect-cookie.ts";
import { invalid, readFields } from "../../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../../ui/redirect-with-flash.ts";
import { type RenderPageDeps, wordsOf } from "../../../../ui/render-page.tsx";
import { withReturnTarget } from "../../../../ui/return-target.ts";
import { DEVICE_TOKEN_TTL_MS } from "../../../known-devices/device-token.ts";
import { PASSWORD_LINK_PURPOSES, type ResetPasswordDeps, resetPassword } from "../reset-password.ts";

/** Sets a new password by a mailed link, or the first one by an invitation. It does not sign in (ASVS 6.4.3). */
export const resetPasswordPage = (
  depsOf: DepsOf<ResetPasswordDeps & RenderPageDeps>,
): Page<EmailTokenData> => ({
  path: "/reset-password",
  access: "everybody",
  title: (t, { emailToken }) => (emailToken.purpose === "invite" ? t.reset.inviteTitle : t.reset.title),
  load: (c, posted) => loadEmailToken(c, depsOf, { posted, purposes: PASSWORD_LINK_PURPOSES, kind: "reset" }),
  here: ({ here }) => here,
  view: (p, { token, emailToken }) => (
    <>
      <p class="lead">{emailToken.purpose === "invite" ? p.t.reset.inviteLead : p.t.reset.lead}</p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        {/* Password managers store the password under this address. */}
        <input type="email" autocomplete="username" value={emailToken.accountEmail} readonly hidden />
        <PasswordField p={p} name="newPassword" isNew first />
        <button type="submit" class="main">
          {p.t.reset.submit}
        </button>
      </Form>
    </>
  ),
  submit: async (c, form, { token, emailToken }) => {
    const t = wordsOf(c);
    const read = readFields(t, form, { newPassword: newPasswordField });
    if ("refusal" in read) return read.refusal;
    const result = await resetPassword(depsOf(c), { token, ...read.values, caller: c.var.caller });
    if (result.ok) {
      setDeviceCookie(c, result.value.deviceToken, DEVICE_TOKEN_TTL_MS / SECOND);
      addressCookie.write(c, emailToken.accountEmail);
      const signInUrl = withReturnTarget("/sign-in", readPendingRedirectCookie(c, depsOf(c).settings));
      return redirectWithFlash(
        c,
        signInUrl,
        emailToken.purpose === "invite" ? "passwordChosen" : "passwordSet",
      );
    }
    const { error } = result;
    if (error.reason === "email_token_invalid") return showInvalidTokenPage(c, depsOf, "reset");
    return invalid({ newPassword: t.passwordProblems[error.problem] });
  },
});
