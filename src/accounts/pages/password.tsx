import { reauthenticationError } from "../../authentication/reauthentication/pages/reauthentication-error.ts";
import { requireConfirmation } from "../../authentication/reauthentication/pages/require-confirmation.ts";
import type { DepsOf } from "../../http/context.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { Form, PasswordField } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { invalid, readFields } from "../../ui/read-fields.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import { backToAccount } from "../../ui/settings-rows.tsx";
import { type ChangePasswordDeps, changePassword } from "../change-password.ts";
import { newPasswordField, passwordField } from "../fields.ts";

/** Changes the password. It requires the current one and ends every other session. */
export const passwordPage = (depsOf: DepsOf<ChangePasswordDeps>): Page<CurrentSession> => ({
  path: "/account/password",
  access: "signed_in",
  title: (t) => t.fields.password,
  back: backToAccount,
  load: async (c) => (await requireConfirmation(c, depsOf(c))) ?? c.var.session,
  view: (p) => (
    <section class="card">
      <p class="lead">{p.t.changePassword.lead}</p>
      <Form p={p}>
        <PasswordField p={p} name="currentPassword" first />
        <PasswordField p={p} name="newPassword" isNew />
        <button type="submit" class="main">
          {p.t.changePassword.submit}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form, session) => {
    const t = wordsOf(c);
    const read = readFields(t, form, { currentPassword: passwordField, newPassword: newPasswordField });
    if ("refusal" in read) return read.refusal;
    const result = await changePassword(depsOf(c), { session, ...read.values, caller: c.var.caller });
    if (result.ok) return redirectWithFlash(c, "/account", "passwordChanged");
    const { error } = result;
    return error.reason === "password_refused"
      ? invalid({ newPassword: t.passwordProblems[error.problem] })
      : reauthenticationError(c, depsOf(c), error, "currentPassword");
  },
});
