import * as z from "zod/mini";

export const challengeIdField = z.uuid("Must be the id of a challenge.");

export const codeField = z.string("Must be a code.").check(z.regex(/^\d{6}$/, "Must be six digits."));

/** A code of any kind of factor. Each kind checks its own form. */
export const anyCodeField = z
  .string("Must be a code.")
  .check(z.minLength(1, "Must be a code."), z.maxLength(64, "Is too long for a code."));
