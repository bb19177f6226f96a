import * as z from "zod/mini";

/** Longer than the sealed form of the longest address. */
const MAX_LENGTH = 1024;

export const emailCodeChallengeField = z
  .string("Must be the id of a challenge.")
  .check(
    z.maxLength(MAX_LENGTH, "Must be the id of a challenge."),
    z.regex(/^[0-9a-f-]{36}(?:\.[\w-]+){3}$/, "Must be the id of a challenge."),
  );
