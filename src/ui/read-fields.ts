import type * as z from "zod/mini";
import { MAX_PASSWORD_BYTES } from "../accounts/password-policy.ts";
import { parseEmailAddress } from "../core/email-address.ts";
import { utf8Length } from "../core/text.ts";
import { typedAddress, typedLine, typedNumber } from "../core/typed-text.ts";
import type { FormFailure, Problems } from "./page.ts";
import type { Form } from "./read-form.ts";
import type { Words } from "./ui-texts.ts";

type FieldName = keyof Words["fields"];
type Schemas = { readonly [Name in FieldName]?: z.ZodMiniType };
type Values<S extends Schemas> = {
  readonly [Name in keyof S]: S[Name] extends z.ZodMiniType ? z.output<S[Name]> : never;
};

/** Validates a form by the schemas of the API. The error messages are the localized UI texts. */
export function readFields<S extends Schemas>(
  t: Words,
  form: Form,
  schemas: S,
): { readonly values: Values<S> } | { readonly refusal: FormFailure } {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const [name, schema] of Object.entries(schemas) as [FieldName, z.ZodMiniType][]) {
    const typed = form.text(name);
    // A field without visible characters counts as missing. A form sends numbers as text.
    const value = isEmpty(name, typed) ? undefined : name === "age" ? wholeNumber(typed) : typed;
    const read = schema.safeParse(value);
    if (read.success) values[name] = read.data;
    else problems[name] = problemOf(t, name, typed);
  }
  const isValid = Object.keys(problems).length === 0;
  return isValid ? { values: values as Values<S> } : { refusal: invalid(problems) };
}

const isPassword = (name: FieldName): boolean => /password$/i.test(name);

/** A password may consist of spaces. */
const isEmpty = (name: FieldName, typed: string): boolean =>
  (isPassword(name) ? typed : typedLine(typed)) === "";

/** NaN for any other text, such as `1e2`. */
const wholeNumber = (typed: string): number => {
  const number = typedNumber(typed);
  return /^[+-]?[0-9]+$/.test(number) ? Number(number) : Number.NaN;
};

function problemOf(t: Words, name: FieldName, typed: string): string {
  if (isEmpty(name, typed)) return t.problems.required;
  if (isPassword(name)) {
    return utf8Length(typed) > MAX_PASSWORD_BYTES
      ? t.passwordProblems.too_long
      : t.passwordProblems.too_short;
  }
  if ((name === "email" || name === "newEmail") && parseEmailAddress(typedAddress(typed)).ok)
    return t.problems.lookalikeAddress;
  return t.problems[name as keyof Words["problems"]] ?? t.failures.validation_failed;
}

export const invalid = (problems: Problems): FormFailure => ({ code: "validation_failed", problems });
