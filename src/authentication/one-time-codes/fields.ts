import * as z from "zod/mini";

export const challengeIdField = z.uuid("Must be the id of a challenge.");

export const codeField = z.string("Must be a code.").check(z.regex(/^\d{6}$/, "Must be six digits."));
