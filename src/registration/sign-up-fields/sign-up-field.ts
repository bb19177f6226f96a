import type { Locale } from "../../core/locale.ts";

/** A text of the configuration in each language. */
export type LocalizedText = Readonly<Record<Locale, string>>;

type FieldOf<Kind> = {
  /** Unique. It identifies the answer in the API and in the database. */
  readonly name: string;
  readonly label: LocalizedText;
  readonly isRequired: boolean;
  /** What the user accepts, such as the date of the terms. An answer to another version counts as missing. */
  readonly version: string | null;
  /** An https URL, such as that of the terms. */
  readonly link: string | null;
} & Kind;

/** A custom field of the sign-up form (SIGN_UP_FIELDS). Lengths in code points. */
export type SignUpField =
  | FieldOf<{ readonly type: "text"; readonly minLength: number; readonly maxLength: number }>
  | FieldOf<{ readonly type: "number"; readonly minimum: number; readonly maximum: number }>
  | FieldOf<{
      readonly type: "choice";
      readonly options: readonly { readonly value: string; readonly label: LocalizedText }[];
    }>
  | FieldOf<{ readonly type: "checkbox" }>;

/** The answer to a checkbox is `true`; a box that is not selected has none. */
export type AnswerValue = string | number | boolean;

/** A valid answer. */
export type NewAnswer = {
  readonly field: string;
  readonly value: AnswerValue;
  readonly version: string | null;
};

/** `answeredAt`: an instant (ms). */
export type StoredAnswer = NewAnswer & { readonly answeredAt: number };

/** Why an answer is refused. `limit`: the length or number that the field allows. */
export type AnswerProblem = { readonly field: string } & (
  | { readonly reason: "unknown" | "required" | "type" | "characters" | "not_an_option" }
  | { readonly reason: "too_short" | "too_long" | "too_small" | "too_large"; readonly limit: number }
);
