import * as z from "zod/mini";
import type { ErrorCode } from "../../core/error-codes.ts";
import { ok, type Result } from "../../core/result.ts";
import { formFailure } from "../../ui/form-error.ts";
import { Field, Form } from "../../ui/form-fields.tsx";
import type { FormFailure, PageContext, PageProps } from "../../ui/page.ts";
import { invalid, readFields } from "../../ui/read-fields.ts";
import type { Form as SubmittedForm } from "../../ui/read-form.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import type { Words } from "../../ui/ui-texts.ts";
import { type Account, PROFILE_FIELDS, type ProfileChange, type ProfileField } from "../account.ts";
import { ageField, lastNameField, nameField, usernameField } from "../fields.ts";
import type { ProfileFailure } from "../update-profile.ts";

const schemas = {
  name: nameField,
  lastName: z.optional(lastNameField),
  username: z.optional(usernameField),
  age: z.optional(ageField),
};

const inputs = {
  username: { autocomplete: "nickname", maxlength: 32 },
  lastName: { autocomplete: "family-name", maxlength: 64 },
  age: { inputmode: "numeric", maxlength: 3, autocomplete: "off" },
} as const satisfies Record<ProfileField, object>;

type ProfileFieldInputProps = {
  readonly p: PageProps;
  readonly name: ProfileField;
  readonly value?: string;
  readonly optional?: boolean;
};

/** The input of one profile field other than the name. */
export const ProfileFieldInput = ({ name, ...props }: ProfileFieldInputProps) => (
  <Field name={name} {...inputs[name]} {...props} />
);

type Props = { readonly p: PageProps; readonly account: Account; readonly required: readonly ProfileField[] };

/** The name and the other profile fields. A blank field is cleared. */
export const ProfileForm = ({ p, account, required }: Props) => (
  <section class="card">
    <Form p={p}>
      <Field p={p} name="name" autocomplete="given-name" maxlength={64} value={account.name} />
      {PROFILE_FIELDS.map((name) => (
        <ProfileFieldInput
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

type SaveProfileInput<Failure extends { readonly reason: string }> = {
  readonly account: Account;
  /** The use case, which checks permissions. */
  readonly save: (change: ProfileChange) => Promise<Result<unknown, Failure>>;
  readonly codes: Readonly<Record<Failure["reason"], ErrorCode>>;
  /** The path to redirect to. */
  readonly redirectTo: string;
};

/** Saves the submitted profile: the user's own, or another user's for an admin. */
export async function saveProfile<Failure extends { readonly reason: string }>(
  c: PageContext,
  form: SubmittedForm,
  { account, save, codes, redirectTo }: SaveProfileInput<Failure>,
): Promise<Response | FormFailure> {
  const t = wordsOf(c);
  const read = readProfile(t, form, account);
  if ("refusal" in read) return read.refusal;
  const { change } = read;
  const result = Object.keys(change).length === 0 ? ok(null) : await save(change);
  if (result.ok) return redirectWithFlash(c, redirectTo, "saved");
  const { error } = result;
  return profileRefusal(t, error) ?? formFailure(c, codes[error.reason as Failure["reason"]]);
}

/** Reads only the fields that differ from the account, since the audit log lists the changed fields. */
function readProfile(
  t: Words,
  form: SubmittedForm,
  account: Account,
): { readonly change: ProfileChange } | { readonly refusal: FormFailure } {
  const read = readFields(t, form, schemas);
  if ("refusal" in read) return read;
  const submitted: ProfileChange = read.values;
  const names = Object.keys(schemas) as (keyof typeof schemas)[];
  const changed = names.filter((name) => (submitted[name] ?? null) !== account[name]);
  return { change: Object.fromEntries(changed.map((name) => [name, submitted[name] ?? null])) };
}

/** The refused fields of the change; null if the failure concerns no field. */
function profileRefusal(t: Words, failure: { readonly reason: string } | ProfileFailure): FormFailure | null {
  if (failure.reason === "username_taken")
    return { code: "username_taken", problems: { username: t.problems.usernameTaken } };
  return "fields" in failure
    ? invalid(Object.fromEntries(failure.fields.map((name) => [name, t.problems.required])))
    : null;
}
