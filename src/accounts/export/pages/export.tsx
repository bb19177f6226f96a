import {
  needsPassword,
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../../authentication/reauthentication/pages/reauthenticate-by-form.ts";
import { requireConfirmation } from "../../../authentication/reauthentication/pages/require-confirmation.ts";
import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import { type ExportAccountDeps, exportAccount } from "../export-account.ts";
import { respondWithExport } from "../routes.ts";

type Deps = ExportAccountDeps & ReauthenticateByFormDeps;

type Data = {
  /** Whether the download takes the password, since the user has not signed in recently. */
  readonly confirms: boolean;
};

/** Downloads everything that is stored about the user. The answer of the form is the file. */
export const exportPage = (depsOf: DepsOf<Deps>): Page<Data, null> => ({
  path: "/account/export",
  access: "signed_in",
  title: (t) => t.exportData.title,
  back: backToAccount,
  load: (c) => requireConfirmation(c, depsOf(c)),
  loadData: async (c) => ({ confirms: await needsPassword(c, depsOf(c)) }),
  view: (p, { confirms }) => (
    <section class="card">
      <p class="lead">{p.t.exportData.lead}</p>
      <Form p={p}>
        {confirms && <PasswordField p={p} name="password" />}
        <button type="submit" class="main">
          {p.t.exportData.submit}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const deps = depsOf(c);
    const reauthenticated = await reauthenticateByForm(c, deps, form);
    if (!("session" in reauthenticated)) return reauthenticated;
    const result = await exportAccount(deps, { accountId: c.var.session.account.id });
    return result.ok ? respondWithExport(c, result.value) : formFailure(c, "unauthorized");
  },
});
