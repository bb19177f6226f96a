import * as z from "zod";
import { tokensShape } from "../sessions/fields.ts";

export const transportField = z.enum(["bearer", "cookie"], "Must be bearer or cookie.").meta({
  description: "How the tokens travel: in the answer (the default), or in cookies alone.",
});

export const deviceTokenField = z
  .string("Must be a token.")
  .max(2048, "Is too long for a token.")
  .meta({ description: "The `deviceToken` of an earlier sign-in on this device." });

const user = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  isVerified: z.boolean(),
  role: z.enum(["user", "admin", "superuser"]),
});

/** A full sign-in: tokens in the answer, or what a page needs that has them in cookies. */
export const loginDataSchema = z.union([
  z.object({
    ...tokensShape,
    deviceToken: z.string().optional().meta({
      description:
        "Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known.",
    }),
    user,
  }),
  z.object({
    expiresIn: z.int(),
    csrfToken: z.string().meta({ description: "For the header X-CSRF-Token of every write." }),
    user,
  }),
]);
