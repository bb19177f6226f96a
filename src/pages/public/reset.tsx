import { newPasswordField } from "../../accounts/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import {
  PASSWORD_LINK_PURPOSES,
  type ResetPasswordDeps,
  resetPassword,
} from "../../password-reset/reset-password.ts";
import { Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import { wayOnFromMail } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import { invalid, readFields } from "../read-fields.ts";
import { type ShowPageDeps, wordsOf } from "../show-page.tsx";
import { withWayOn } from "../way-on.ts";
import { type LinkData, loadLink, showDeadLink } from "./mailed-link.tsx";

/** A new password by a mailed link; or the first one, by an invitation. It does not sign in (ASVS 6.4.3). */
export const resetPage = (depsOf: DepsOf<ResetPasswordDeps & ShowPageDeps>): Page<LinkData> => ({
  path: "/reset-password",
  access: "everybody",
  title: (t, { link }) => (link.purpose === "invite" ? t.reset.inviteTitle : t.reset.title),
  load: (c, posted) => loadLink(c, depsOf, { posted, purposes: PASSWORD_LINK_PURPOSES, kind: "reset" }),
  here: ({ here }) => here,
  view: (p, { token, link }) => (
    <>
      <p class="lead">{link.purpose === "invite" ? p.t.reset.inviteLead : p.t.reset.lead}</p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        {/* For password managers: whose password it is. */}
        <input type="email" autocomplete="username" value={link.accountEmail} readonly hidden />
        <PasswordField p={p} name="newPassword" fresh first />
        <button type="submit" class="main">
          {p.t.reset.submit}
        </button>
      </Form>
    </>
  ),
  submit: async (c, form, { token, link }) => {
    const t = wordsOf(c);
    const read = readFields(t, form, { newPassword: newPasswordField });
    if ("refusal" in read) return read.refusal;
    const result = await resetPassword(depsOf(c), { token, ...read.values, caller: c.var.caller });
    if (result.ok) {
      addressCookie.write(c, link.accountEmail);
      const there = withWayOn("/sign-in", wayOnFromMail(c, depsOf(c).settings));
      return go(c, there, link.purpose === "invite" ? "passwordChosen" : "passwordSet");
    }
    const { error } = result;
    if (error.reason === "link_dead") return showDeadLink(c, depsOf, "reset");
    return invalid({ newPassword: t.passwordProblems[error.problem] });
  },
});
