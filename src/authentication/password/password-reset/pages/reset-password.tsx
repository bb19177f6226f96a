import { newPasswordField } from "../../../../accounts/fields.ts";
import { SECOND } from "../../../../core/clock.ts";
import type { DepsOf } from "../../../../http/context.ts";
import { addDeviceCookie } from "../../../../http/device-cookie.ts";
import {
  type EmailTokenData,
  loadEmailToken,
  showInvalidTokenPage,
} from "../../../../registration/email-tokens/pages/email-token.tsx";
import { Form, PasswordField } from "../../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../../ui/page.ts";
import { addressCookie } from "../../../../ui/page-cookies.ts";
import { readPendingRedirectCookie } from "../../../../ui/pending-redirect-cookie.ts";
import { invalid, readFields } from "../../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../../ui/redirect-with-flash.ts";
import { type RenderPageDeps, wordsOf } from "../../../../ui/render-page.tsx";
import { withReturnTarget } from "../../../../ui/return-target.ts";
import { DEVICE_TOKEN_TTL_MS } from "../../../known-devices/device-token.ts";
import { allowsMethod } from "../../../sign-in-methods.ts";
import { passwordLinkPurposes, type ResetPasswordDeps, resetPassword } from "../reset-password.ts";

/** `takesPassword`: false where the deployment has no passwords. */
type Data = EmailTokenData & { readonly takesPassword: boolean };

function leadOf({ t }: PageProps, isInvitation: boolean, takesPassword: boolean): string {
  if (!takesPassword) return t.reset.invitationLead;
  return isInvitation ? t.reset.inviteLead : t.reset.lead;
}

/** Sets a new password by a mailed link, or the first one by an invitation. It does not sign in (ASVS 6.4.3). */
export const resetPasswordPage = (depsOf: DepsOf<ResetPasswordDeps & RenderPageDeps>): Page<Data> => ({
  path: "/reset-password",
  access: "everybody",
  title: (t, { emailToken, takesPassword }) => {
    if (!takesPassword) return t.reset.acceptInvitation;
    return emailToken.purpose === "invite" ? t.reset.inviteTitle : t.reset.title;
  },
  load: async (c, posted) => {
    const { settings } = depsOf(c);
    const purposes = passwordLinkPurposes(settings);
    const loaded = await loadEmailToken(c, depsOf, { posted, purposes, kind: "reset" });
    return loaded instanceof Response
      ? loaded
      : { ...loaded, takesPassword: allowsMethod(settings, "password") };
  },
  here: ({ here }) => here,
  view: (p, { token, emailToken, takesPassword }) => (
    <>
      <p class="lead">{leadOf(p, emailToken.purpose === "invite", takesPassword)}</p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        {/* Password managers store the password under this address. */}
        <input type="email" autocomplete="username" value={emailToken.accountEmail} readonly hidden />
        {takesPassword && <PasswordField p={p} name="newPassword" isNew first />}
        <button type="submit" class="main">
          {takesPassword ? p.t.reset.submit : p.t.reset.acceptInvitation}
        </button>
      </Form>
    </>
  ),
  submit: async (c, form, { token, emailToken, takesPassword }) => {
    const t = wordsOf(c);
    const read = readFields(t, form, takesPassword ? { newPassword: newPasswordField } : {});
    if ("refusal" in read) return read.refusal;
    const { newPassword } = read.values;
    const result = await resetPassword(depsOf(c), { token, newPassword, caller: c.var.caller });
    if (result.ok) {
      addDeviceCookie(c, result.value.deviceToken, DEVICE_TOKEN_TTL_MS / SECOND);
      addressCookie.write(c, emailToken.accountEmail);
      const signInUrl = withReturnTarget("/sign-in", readPendingRedirectCookie(c, depsOf(c).settings));
      return redirectWithFlash(
        c,
        signInUrl,
        takesPassword
          ? emailToken.purpose === "invite"
            ? "passwordChosen"
            : "passwordSet"
          : "invitationAccepted",
        { address: emailToken.accountEmail },
      );
    }
    const { error } = result;
    if (error.reason === "email_token_invalid") return showInvalidTokenPage(c, depsOf, "reset");
    if (error.reason === "password_missing") return invalid({ newPassword: t.problems.required });
    return invalid({ newPassword: t.passwordProblems[error.problem] });
  },
});
