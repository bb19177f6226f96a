import { nameField, newEmailField } from "../../../accounts/fields.ts";
import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { EmailField, Field, Form, SelectField } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { backToUsers } from "../../../ui/pagination.tsx";
import { readFields } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { manageableRoles } from "../../authorization/permissions.ts";
import { userErrors } from "../errors.ts";
import { type InviteUserDeps, inviteUser } from "../invite-user.ts";

/** The form that invites a user, who gets a link to choose a password. */
export const invitePage = (depsOf: DepsOf<InviteUserDeps>): Page<null> => ({
  path: "/admin/invite",
  access: "users:invite",
  title: (t) => t.users.invite,
  back: backToUsers,
  load: () => null,
  view: (p) => (
    <section class="card">
      <p class="lead">{p.t.users.inviteLead}</p>
      <Form p={p}>
        <Field p={p} name="name" autocomplete="off" maxlength={64} first />
        <EmailField p={p} name="email" autocomplete="off" />
        <SelectField
          p={p}
          name="role"
          value="user"
          options={(p.actor ? manageableRoles(p.actor) : []).map((role) => [role, p.t.roles[role]] as const)}
        />
        <button type="submit" class="main">
          {p.t.users.sendInvitation}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const t = wordsOf(c);
    const read = readFields(t, form, { name: nameField, email: newEmailField });
    if ("refusal" in read) return read.refusal;
    const { actor } = c.var;
    const role = manageableRoles(actor).find((manageable) => manageable === form.text("role"));
    if (!role) return formFailure(c, "forbidden");
    const result = await inviteUser(depsOf(c), { ...read.values, role, actor, caller: c.var.caller });
    if (result.ok) {
      const { account } = result.value;
      return redirectWithFlash(c, `/admin/users/${account.id}`, "invited", { name: account.name });
    }
    const { reason } = result.error;
    if (reason === "address_undeliverable") {
      return { code: userErrors[reason], problems: { email: t.failures[reason] } };
    }
    return reason === "address_taken"
      ? { code: "conflict", problems: { email: t.users.addressTaken } }
      : formFailure(c, userErrors[reason]);
  },
});
