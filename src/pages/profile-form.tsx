import * as z from "zod/mini";
import {
  type Account,
  type ProfileField as Name,
  PROFILE_FIELDS,
  type ProfileChange,
} from "../accounts/account.ts";
import { ageField, lastNameField, nameField, usernameField } from "../accounts/fields.ts";
import type { ProfileFailure } from "../accounts/update-profile.ts";
import { Field, Form } from "./fields.tsx";
import type { Words } from "./messages/catalogue.ts";
import type { Refusal, Shown } from "./page.ts";
import { ProfileField } from "./profile-fields.tsx";
import { invalid, readFields } from "./read-fields.ts";
import type { Form as Typed } from "./read-form.ts";

const schemas = {
  name: nameField,
  lastName: z.optional(lastNameField),
  username: z.optional(usernameField),
  age: z.optional(ageField),
};

type Props = { readonly p: Shown; readonly account: Account; readonly required: readonly Name[] };

/** Name, username and what else a profile may have. What is left blank is taken out. */
export const ProfileForm = ({ p, account, required }: Props) => (
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
);

/** Only what is another thing than before, so that the trail says what was changed. */
export function readProfile(
  t: Words,
  form: Typed,
  account: Account,
): { readonly change: ProfileChange } | { readonly refusal: Refusal } {
  const read = readFields(t, form, schemas);
  if ("refusal" in read) return read;
  const typed: ProfileChange = read.values;
  const names = Object.keys(schemas) as (keyof typeof schemas)[];
  const changed = names.filter((name) => (typed[name] ?? null) !== account[name]);
  return { change: Object.fromEntries(changed.map((name) => [name, typed[name] ?? null])) };
}

/** What is wrong with which field of it; null when none is at fault. */
export function profileRefusal(
  t: Words,
  failure: { readonly reason: string } | ProfileFailure,
): Refusal | null {
  if (failure.reason === "username_taken")
    return { code: "username_taken", problems: { username: t.problems.usernameTaken } };
  return "fields" in failure
    ? invalid(Object.fromEntries(failure.fields.map((name) => [name, t.problems.required])))
    : null;
}
