import { reauthenticationError } from "../../authentication/reauthentication/pages/reauthentication-error.ts";
import { requireConfirmation } from "../../authentication/reauthentication/pages/require-confirmation.ts";
import type { DepsOf } from "../../http/context.ts";
import { clearSessionCookies } from "../../http/session-cookies.ts";
import { formFailure } from "../../ui/form-error.ts";
import { Form, PasswordField } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { readFields } from "../../ui/read-fields.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import { backToAccount } from "../../ui/settings-rows.tsx";
import type { Account } from "../account.ts";
import { type DeactivateAccountDeps, deactivateAccount } from "../deactivate-account.ts";
import { accountErrors } from "../errors.ts";
import { passwordField } from "../fields.ts";

/** Deactivates the user's own account. */
export const deactivatePage = (depsOf: DepsOf<DeactivateAccountDeps>): Page<Account> => ({
  path: "/account/deactivate",
  access: "signed_in",
  title: (t) => t.account.deactivate,
  back: backToAccount,
  load: async (c) => (await requireConfirmation(c, depsOf(c))) ?? c.var.session.account,
  view: (p) => (
    <section class="card">
      <p class="lead">{p.t.deactivate.lead}</p>
      <Form p={p} confirm={p.t.deactivate.confirm}>
        <PasswordField p={p} name="password" />
        <button type="submit" class="bad">
          {p.t.deactivate.submit}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const read = readFields(wordsOf(c), form, { password: passwordField });
    if ("refusal" in read) return read.refusal;
    const result = await deactivateAccount(depsOf(c), {
      session: c.var.session,
      ...read.values,
      caller: c.var.caller,
    });
    if (result.ok) {
      clearSessionCookies(c);
      return redirectWithFlash(c, "/sign-in", "deactivated");
    }
    const { error } = result;
    return error.reason === "last_superuser"
      ? formFailure(c, accountErrors[error.reason])
      : reauthenticationError(c, depsOf(c), error);
  },
});
