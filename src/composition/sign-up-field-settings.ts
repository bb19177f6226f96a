import * as z from "zod/mini";
import type { VariableProblem } from "../core/config-parsers.ts";
import { hasControlCharacter } from "../core/text.ts";
import type { SignUpField } from "../registration/sign-up-fields/sign-up-field.ts";

type ReadSignUpFields =
  | { readonly fields: readonly SignUpField[] }
  | { readonly problems: readonly VariableProblem[] };

const VARIABLE = "SIGN_UP_FIELDS";
const NOT_A_LIST =
  'must be a JSON list such as [{"name":"terms","type":"checkbox","label":"I accept the terms","required":true}]';

const MAX_FIELDS = 10;
const MAX_OPTIONS = 50;
const MAX_LABEL = 200;
const MAX_TEXT = 1000;
const DEFAULT_MAX_TEXT = 200;
/** Every number up to this one has an exact decimal form of 15 digits. */
const MAX_NUMBER = 1e15;

const LABEL = 'must be text, or texts such as {"en":"Company","de":"Firma"}, of 1 to 200 characters';
const labelText = z.string(LABEL).check(
  z.trim(),
  z.minLength(1, LABEL),
  z.maxLength(MAX_LABEL, LABEL),
  z.refine((text) => !hasControlCharacter(text), LABEL),
);

/** One text for all languages, or one for each. English stands in for a missing language. */
const label = z.union(
  [
    z.pipe(
      labelText,
      z.transform((text) => ({ en: text, de: text })),
    ),
    z.pipe(
      z.strictObject({ en: labelText, de: z.optional(labelText) }),
      z.transform(({ en, de }) => ({ en, de: de ?? en })),
    ),
  ],
  LABEL,
);

const wholeNumber = (max: number) => {
  const message = `must be a whole number from 0 to ${max}`;
  return z.int(message).check(z.minimum(0, message), z.maximum(max, message));
};

const LIMIT = "must be a number from -1e15 to 1e15";
const limit = z.number(LIMIT).check(z.minimum(-MAX_NUMBER, LIMIT), z.maximum(MAX_NUMBER, LIMIT));

const NAME = "must begin with a small letter and have at most 32 letters, digits and underscores";
const VALUE = "must be text of 1 to 100 characters, without spaces at its ends";
const VERSION = "must be text of 1 to 64 characters";
const LINK = "must be an https URL";
const OPTIONS = `must list 1 to ${MAX_OPTIONS} options, each a text or {"value":"de","label":"Germany"}`;

const optionValue = z.string(VALUE).check(
  z.minLength(1, VALUE),
  z.maxLength(100, VALUE),
  z.refine((text) => text.trim() === text && !hasControlCharacter(text), VALUE),
);

const option = z.union(
  [
    z.pipe(
      optionValue,
      z.transform((value) => ({ value, label: { en: value, de: value } })),
    ),
    z.strictObject({ value: optionValue, label }),
  ],
  OPTIONS,
);

const common = {
  name: z.string(NAME).check(z.regex(/^[a-z]\w{0,31}$/, NAME)),
  label,
  required: z._default(z.boolean("must be true or false"), false),
  version: z._default(
    z.nullable(z.string(VERSION).check(z.minLength(1, VERSION), z.maxLength(64, VERSION))),
    null,
  ),
  link: z._default(
    z.nullable(z.string(LINK).check(z.refine((text) => URL.parse(text)?.protocol === "https:", LINK))),
    null,
  ),
};

const isRange = (low: number, high: number): boolean => low <= high;

const field = z.discriminatedUnion(
  "type",
  [
    z
      .strictObject({
        ...common,
        type: z.literal("text"),
        minLength: z._default(wholeNumber(MAX_TEXT), 0),
        maxLength: z._default(wholeNumber(MAX_TEXT), DEFAULT_MAX_TEXT),
      })
      .check(
        z.refine((text) => isRange(text.minLength, text.maxLength), "minLength must not exceed maxLength"),
      ),
    z
      .strictObject({
        ...common,
        type: z.literal("number"),
        minimum: z._default(limit, -MAX_NUMBER),
        maximum: z._default(limit, MAX_NUMBER),
      })
      .check(
        z.refine((number) => isRange(number.minimum, number.maximum), "minimum must not exceed maximum"),
      ),
    z.strictObject({
      ...common,
      type: z.literal("choice"),
      options: z.array(option, OPTIONS).check(
        z.minLength(1, OPTIONS),
        z.maxLength(MAX_OPTIONS, OPTIONS),
        z.refine((options) => areUnique(options.map(({ value }) => value)), "must not repeat a value"),
      ),
    }),
    z.strictObject({ ...common, type: z.literal("checkbox") }),
  ],
  "type must be text, number, choice or checkbox",
);

const areUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** Reads `SIGN_UP_FIELDS`: JSON with the custom fields of the sign-up form. Reports all problems, by the place of the field. */
export function readSignUpFields(given: Record<string, unknown>): ReadSignUpFields {
  const list = typeof given[VARIABLE] === "string" ? parseJson(given[VARIABLE]) : (given[VARIABLE] ?? []);
  const problem = (message: string): VariableProblem => ({ path: VARIABLE, message });
  if (!Array.isArray(list)) return { problems: [problem(NOT_A_LIST)] };
  if (list.length > MAX_FIELDS) return { problems: [problem(`must have at most ${MAX_FIELDS} fields`)] };
  const fields: SignUpField[] = [];
  const problems: VariableProblem[] = [];
  for (const [index, entry] of list.entries()) {
    const parsed = field.safeParse(entry);
    if (parsed.success) fields.push(toField(parsed.data));
    else problems.push(...parsed.error.issues.map((issue) => problem(messageOf(index, issue))));
  }
  if (!areUnique(fields.map(({ name }) => name))) problems.push(problem("must not repeat a name"));
  return problems.length > 0 ? { problems } : { fields };
}

const toField = ({ required, ...parsed }: z.output<typeof field>): SignUpField => ({
  ...parsed,
  isRequired: required,
});

function messageOf(index: number, issue: z.core.$ZodIssue): string {
  const place = `has a problem in field ${index + 1}`;
  if (issue.code === "unrecognized_keys") {
    return `${place}: ${[...issue.path, "has the unknown member", ...issue.keys].join(" ")}`;
  }
  const path = issue.code === "invalid_union" && issue.path[0] === "type" ? [] : issue.path;
  return `${place}: ${[...path, issue.message].join(" ")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
