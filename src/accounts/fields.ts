import * as z from "zod/mini";
import { hasCompatibilityCharacters, parseEmailAddress } from "../core/email-address.ts";
import type { FieldProblem } from "../core/error-codes.ts";
import { findInvalidText } from "../core/json-text.ts";
import { hasControlCharacter, utf8Length } from "../core/text.ts";
import { typedAddress, typedLine, typedUsername } from "../core/typed-text.ts";
import { type JsonObject, MAX_METADATA_BYTES } from "./metadata.ts";
import {
  advisedLength,
  MAX_PASSWORD_BYTES,
  MIN_PASSWORD_LENGTH,
  type PasswordProblem,
} from "./password-policy.ts";
import type { ProfileFailure } from "./update-profile.ts";

// Request fields. The OpenAPI document is generated from these schemas.

const lengthOf = (text: string): number => [...text].length;

const singleLineText = (max: number) =>
  z.string("Must be text.").check(
    z.overwrite(typedLine),
    z.minLength(1, "Must not be empty."),
    z.refine((text) => lengthOf(text) <= max, `Must have at most ${max} characters.`),
    z.refine((text) => !hasControlCharacter(text), "Must not have control characters."),
  );

/** The address of an account that may exist, at sign-in and in requests for a link. */
export const emailField = z
  .pipe(
    z.string("Must be an email address.").check(z.maxLength(320, "Is too long for an email address.")),
    z.transform((input, ctx) => {
      const parsed = parseEmailAddress(typedAddress(input));
      if (parsed.ok) return parsed.value;
      const message = "Must be one email address, such as ada@example.com.";
      ctx.issues.push({ code: "custom", message, input });
      return z.NEVER;
    }),
  )
  .check(z.meta({ description: "One email address.", examples: ["ada@example.com"], format: "email" }));

/** An address that an account is to be given. */
export const newEmailField = emailField.check(
  z.refine(
    (email) => !hasCompatibilityCharacters(email),
    "Must not have characters before the @ that look like others, such as full-width letters.",
  ),
);

function tooShort(minLength: number): string {
  return `Must have at least ${minLength} characters; ${advisedLength(minLength)} or more are better.`;
}

/** An existing password, at sign-in or reauthentication. Only its size is limited, which limits the cost of hashing. */
export const passwordField = z.string("Must be a password.").check(
  z.refine(
    (text) => utf8Length(text) <= MAX_PASSWORD_BYTES,
    `Must have at most ${MAX_PASSWORD_BYTES} bytes.`,
  ),
  z.meta({ examples: ["correct horse battery staple"] }),
);

/** A new password. `checkNewPassword` applies the other rules, and a higher PASSWORD_MIN_LENGTH. */
export const newPasswordField = passwordField.check(
  z.refine((text) => lengthOf(text.normalize("NFC")) >= MIN_PASSWORD_LENGTH, tooShort(MIN_PASSWORD_LENGTH)),
  z.meta({
    description: `\`PASSWORD_MIN_LENGTH\` characters (${MIN_PASSWORD_LENGTH} by default) to ${MAX_PASSWORD_BYTES} bytes; common passwords are refused.`,
    examples: ["correct horse battery staple"],
  }),
);

export const nameField = singleLineText(64).check(z.meta({ examples: ["Ada"] }));
export const lastNameField = singleLineText(64).check(z.meta({ examples: ["Lovelace"] }));
export const usernameField = z.string("Must be text.").check(
  z.overwrite(typedUsername),
  z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{1,30})[A-Za-z0-9]$/, {
    message:
      "Must have 3 to 32 letters, digits, dots, dashes or underscores, and begin and end with a letter or digit.",
  }),
  z.meta({ description: "Unique regardless of case.", examples: ["ada.lovelace"] }),
);
export const ageField = z
  .int("Must be a whole number.")
  .check(
    z.minimum(1, "Must be at least 1."),
    z.maximum(150, "Must be at most 150."),
    z.meta({ examples: [36] }),
  );

/** The field message for a refused new password. `minLength`: PASSWORD_MIN_LENGTH. */
export const passwordProblemMessage = (problem: PasswordProblem, minLength: number): string =>
  problem === "too_short" ? tooShort(minLength) : passwordProblems[problem];

const passwordProblems = {
  too_long: `Must have at most ${MAX_PASSWORD_BYTES} bytes.`,
  common: "Is one of the most common passwords. Choose another one.",
  about_the_account: "Must not be your own name or address. Choose another one.",
  about_the_service: "Must not be the name of this service. Choose another one.",
  breached: "Has appeared in a data breach. Choose another one.",
} as const satisfies Record<Exclude<PasswordProblem, "too_short">, string>;

export const profileShape = {
  name: z.optional(nameField),
  lastName: z.optional(z.nullable(lastNameField)),
  username: z.optional(z.nullable(usernameField)),
  age: z.optional(z.nullable(ageField)),
};

/** A change must change something. */
export const hasField = z.refine<object>(
  (body) => Object.values(body).some((value) => value !== undefined),
  "Must contain at least one field.",
);

/** A profile change; null clears an optional field. */
export const profileBody = z.strictObject(profileShape).check(hasField);

/** The refused fields of a profile change. */
export function profileFieldProblems(failure: ProfileFailure): FieldProblem[] {
  if (failure.reason === "username_taken") return [{ path: "username", message: "Is taken." }];
  if (failure.reason === "changed_meanwhile") return [];
  return failure.fields.map((path) => ({ path, message: "Is required." }));
}

const isSmall = (value: JsonObject): boolean => utf8Length(JSON.stringify(value)) <= MAX_METADATA_BYTES;

/** A JSON object of at most 8 KB and 32 levels, as it is sent. */
export const metadataField = z.record(z.string(), z.unknown(), "Must be a JSON object.").check(
  // The levels first: it bounds the recursion of the serialization.
  z.refine((value) => findInvalidText(value).length === 0, {
    message: "Must have 32 levels at most, and no NUL or unpaired surrogate.",
    abort: true,
  }),
  z.refine(isSmall, `Must have ${MAX_METADATA_BYTES} bytes of JSON at most.`),
);

/** Both fields of a change, in which null clears the object. */
export const metadataShape = {
  publicMetadata: z
    .optional(z.nullable(metadataField))
    .check(z.meta({ description: "The user reads it. Replaced as a whole; null clears it." })),
  privateMetadata: z
    .optional(z.nullable(metadataField))
    .check(z.meta({ description: "Never shown to the user. Replaced as a whole; null clears it." })),
};
