import * as z from "zod";

export const challengeIdField = z.uuid("Must be the id of a challenge.");

export const codeField = z.string("Must be a code.").regex(/^\d{6}$/, "Must be six digits.");
