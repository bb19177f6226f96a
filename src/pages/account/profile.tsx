import {
  type Account,
  type ProfileField as Name,
  PROFILE_FIELDS,
  type ProfileChange,
} from "../../accounts/account.ts";
import { accountFailures } from "../../accounts/failures.ts";
import { ageField, lastNameField, nameField, usernameField } from "../../accounts/fields.ts";
import { type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import type { DepsOf } from "../../http/context.ts";
import { Field, Form } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { ProfileField } from "../profile-fields.tsx";
import { invalid, readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";
import { backToAccount } from "./rows.tsx";

type Data = { readonly account: Account; readonly required: readonly Name[] };

const schemas = {
  name: nameField,
  lastName: lastNameField.optional(),
  username: usernameField.optional(),
  age: ageField.optional(),
};

/** Name, username and what else a profile may have. What is left blank is taken out. */
export const profilePage = (depsOf: DepsOf<UpdateProfileDeps>): Page<Data> => ({
  path: "/account/profile",
  access: "signed_in",
  title: (t) => t.account.profile,
  back: backToAccount,
  load: (c) => ({ account: c.var.session.account, required: depsOf(c).settings.requiredProfileFields }),
  view: (p, { account, required }) => (
    <section class="card">
      <Form p={p}>
        <Field p={p} name="name" autocomplete="given-name" maxlength={64} value={account.name} />
        {PROFILE_FIELDS.map((name) => (
          <ProfileField
            p={p}
            name={name}
            value={account[name]?.toString()}
            optional={!required.includes(name)}
          />
        ))}
        <button type="submit" class="main">
          {p.t.save}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form, { account }) => {
    const t = wordsOf(c);
    const read = readFields(t, form, schemas);
    if ("refusal" in read) return read.refusal;
    const change = changeOf(account, read.values);
    if (Object.keys(change).length === 0) return go(c, "/account", "saved");
    const result = await updateProfile(depsOf(c), { account, actor: account, change, caller: c.var.caller });
    if (result.ok) return go(c, "/account", "saved");
    const { error } = result;
    if (error.reason === "username_taken")
      return { status: 409, problems: { username: t.problems.usernameTaken } };
    return error.reason === "field_required"
      ? invalid(Object.fromEntries(error.fields.map((name) => [name, t.problems.required])))
      : refusalOf(c, accountFailures[error.reason]);
  },
});

type Typed = { readonly [Field in keyof typeof schemas]?: ProfileChange[Field] };

/** Only what is another thing than before, so that the trail says what was changed. */
function changeOf(account: Account, typed: Typed): ProfileChange {
  const names = Object.keys(schemas) as (keyof typeof schemas)[];
  const changed = names.filter((name) => (typed[name] ?? null) !== account[name]);
  return Object.fromEntries(changed.map((name) => [name, typed[name] ?? null]));
}
