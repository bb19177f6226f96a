import type { Account } from "../../accounts/account.ts";
import { type DeactivateAccountDeps, deactivateAccount } from "../../accounts/deactivate-account.ts";
import { accountFailures } from "../../accounts/failures.ts";
import { passwordField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { clearSessionCookies } from "../../http/session-cookies.ts";
import { Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";
import { backToAccount } from "./rows.tsx";
import { unconfirmed } from "./unconfirmed.ts";

/** Closes one's own account. */
export const deactivatePage = (depsOf: DepsOf<DeactivateAccountDeps>): Page<Account> => ({
  path: "/account/deactivate",
  access: "signed_in",
  title: (t) => t.account.deactivate,
  back: backToAccount,
  load: (c) => c.var.session.account,
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
  submit: async (c, form, account) => {
    const read = readFields(wordsOf(c), form, { password: passwordField });
    if ("refusal" in read) return read.refusal;
    const result = await deactivateAccount(depsOf(c), { account, ...read.values, caller: c.var.caller });
    if (result.ok) {
      clearSessionCookies(c);
      return go(c, "/sign-in", "deactivated");
    }
    const { error } = result;
    return error.reason === "last_superuser"
      ? refusalOf(c, accountFailures[error.reason])
      : unconfirmed(c, error);
  },
});
