import * as z from "zod/mini";
import type { ErrorCode } from "../../core/error-codes.ts";
import { ok, type Result } from "../../core/result.ts";
import { refusalOf } from "../../ui/form-error.ts";
import { Field, Form } from "../../ui/form-fields.tsx";
import type { PageContext, Refusal, Shown } from "../../ui/page.ts";
import { invalid, readFields } from "../../ui/read-fields.ts";
import type { Form as Typed } from "../../ui/read-form.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../ui/render-page.tsx";
import type { Words } from "../../ui/words.ts";
import { type Account, type ProfileField as Name, PROFILE_FIELDS, type ProfileChange } from "../account.ts";
import { ageField, lastNameField, nameField, usernameField } from "../fields.ts";
import type { ProfileFailure } from "../update-profile.ts";
import { ProfileField } from "./profile-fields.tsx";

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

type Saving<Failure extends { readonly reason: string }> = {
  readonly account: Account;
  /** The verb, which says who may. */
  readonly save: (change: ProfileChange) => Promise<Result<unknown, Failure>>;
  readonly codes: Readonly<Record<Failure["reason"], ErrorCode>>;
  /** Where it is seen. */
  readonly there: string;
};

/** Saves what was typed; the same for one's own profile and for somebody else's. */
export async function saveProfile<Failure extends { readonly reason: string }>(
  c: PageContext,
  form: Typed,
  { account, save, codes, there }: Saving<Failure>,
): Promise<Response | Refusal> {
  const t = wordsOf(c);
  const read = readProfile(t, form, account);
  if ("refusal" in read) return read.refusal;
  const { change } = read;
  const result = Object.keys(change).length === 0 ? ok(null) : await save(change);
  if (result.ok) return redirectWithFlash(c, there, "saved");
  const { error } = result;
  return profileRefusal(t, error) ?? refusalOf(c, codes[error.reason as Failure["reason"]]);
}

/** Only what is another thing than before, so that the trail says what was changed. */
function readProfile(
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
function profileRefusal(t: Words, failure: { readonly reason: string } | ProfileFailure): Refusal | null {
  if (failure.reason === "username_taken")
    return { code: "username_taken", problems: { username: t.problems.usernameTaken } };
  return "fields" in failure
    ? invalid(Object.fromEntries(failure.fields.map((name) => [name, t.problems.required])))
    : null;
}
