import * as z from "zod/mini";
import { answer } from "../../http/respond.ts";

/** A mailed token. The schema checks only its size; every other defect is `token_invalid`. */
export const tokenField = z
  .string("Must be a token.")
  .check(
    z.minLength(1, "Must not be empty."),
    z.maxLength(512, "Is too long for a token."),
    z.meta({ description: "The token in the mailed link." }),
  );

export const tokenQuery = z.object({ token: tokenField });

export const emailTokenIsValid = answer(200, undefined, z.object({ valid: z.literal(true) }));
