import * as z from "zod/mini";
import { parseEmailAddress } from "../core/email-address.ts";
import type { FieldProblem } from "../core/error-codes.ts";
import { hasControlCharacter, utf8Length } from "../core/text.ts";
import { MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH, type PasswordProblem } from "./password-policy.ts";
import type { ProfileFailure } from "./update-profile.ts";

// The fields of requests, each described once; the OpenAPI document reads them from here.

const lengthOf = (text: string): number => [...text].length;

const lineOfText = (max: number) =>
  z.string("Must be text.").check(
    z.trim(),
    z.minLength(1, "Must not be empty."),
    z.refine((text) => lengthOf(text) <= max, `Must have ${max} characters at most.`),
    z.refine((text) => !hasControlCharacter(text), "Must not have control characters."),
  );

export const emailField = z
  .pipe(
    z.string("Must be an email address.").check(z.maxLength(320, "Is too long for an email address.")),
    z.transform((typed, ctx) => {
      const parsed = parseEmailAddress(typed);
      if (parsed.ok) return parsed.value;
      const message = "Must be one email address, such as ada@example.com.";
      ctx.issues.push({ code: "custom", message, input: typed });
      return z.NEVER;
    }),
  )
  .check(z.meta({ description: "One email address.", examples: ["ada@example.com"], format: "email" }));

/** A password that is given, not chosen: only its size is bounded, so that hashing is. */
export const passwordField = z.string("Must be a password.").check(
  z.refine(
    (text) => utf8Length(text) <= MAX_PASSWORD_BYTES,
    `Must have ${MAX_PASSWORD_BYTES} bytes at most.`,
  ),
  z.meta({ examples: ["correct horse battery staple"] }),
);

/** A password that is being chosen. What else it must not be is said by `passwordProblems`. */
export const newPasswordField = passwordField.check(
  z.refine(
    (text) => lengthOf(text.normalize("NFC")) >= MIN_PASSWORD_LENGTH,
    `Must have ${MIN_PASSWORD_LENGTH} characters at least; 15 or more are better.`,
  ),
  z.meta({
    description: `${MIN_PASSWORD_LENGTH} characters to ${MAX_PASSWORD_BYTES} bytes; common passwords are refused.`,
    examples: ["correct horse battery staple"],
  }),
);

export const nameField = lineOfText(64).check(z.meta({ examples: ["Ada"] }));
export const lastNameField = lineOfText(64).check(z.meta({ examples: ["Lovelace"] }));
export const usernameField = z.string("Must be text.").check(
  z.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{1,30})[A-Za-z0-9]$/, {
    message:
      "Must have 3 to 32 letters, digits, dots, dashes or underscores, and begin and end with a letter or digit.",
  }),
  z.meta({ description: "Unique, whatever its case.", examples: ["ada.lovelace"] }),
);
export const ageField = z
  .int("Must be a whole number.")
  .check(
    z.minimum(1, "Must be 1 at least."),
    z.maximum(150, "Must be 150 at most."),
    z.meta({ examples: [36] }),
  );

/** What a person is told about a password that they chose. */
export const passwordProblems = {
  too_short: `Must have ${MIN_PASSWORD_LENGTH} characters at least; 15 or more are better.`,
  too_long: `Must have ${MAX_PASSWORD_BYTES} bytes at most.`,
  common: "Is one of the commonest passwords. Please choose another one.",
  about_the_account: "Must not be your own name or address. Please choose another one.",
  breached: "Has been in a data breach. Please choose another one.",
} as const satisfies Record<PasswordProblem, string>;

/** A change of a profile; null clears what is optional. */
export const profileBody = z
  .strictObject({
    name: z.optional(nameField),
    lastName: z.optional(z.nullable(lastNameField)),
    username: z.optional(z.nullable(usernameField)),
    age: z.optional(z.nullable(ageField)),
  })
  .check(
    z.refine((body) => Object.values(body).some((value) => value !== undefined), "Must change something."),
  );

/** What is wrong with which field of it. */
export function problemsOf(failure: ProfileFailure): FieldProblem[] {
  if (failure.reason === "username_taken") return [{ path: "username", message: "Is taken." }];
  if (failure.reason === "changed_meanwhile") return [];
  return failure.fields.map((path) => ({ path, message: "Is required." }));
}
