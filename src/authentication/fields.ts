import * as z from "zod/mini";
import { ROLES } from "../admin/authorization/permissions.ts";
import { tokensShape } from "../sessions/fields.ts";

export const transportField = z.enum(["bearer", "cookie"], "Must be bearer or cookie.").check(
  z.meta({
    description: "How the tokens travel: in the answer (the default), or in cookies alone.",
  }),
);

export const deviceTokenField = z
  .string("Must be a token.")
  .check(
    z.maxLength(2048, "Is too long for a token."),
    z.meta({ description: "The `deviceToken` of an earlier sign-in on this device." }),
  );

const user = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  isVerified: z.boolean(),
  role: z.enum(ROLES),
});

/** A full sign-in: tokens in the answer, or what a page needs that has them in cookies. */
export const loginDataSchema = z.union([
  z.object({
    ...tokensShape,
    deviceToken: z.optional(
      z.string().check(
        z.meta({
          description:
            "Keep it, and send it with the next sign-in. Absent where a session of the pages is followed on a device that is not known.",
        }),
      ),
    ),
    user,
  }),
  z.object({
    expiresIn: z.int(),
    csrfToken: z.string().check(z.meta({ description: "For the header X-CSRF-Token of every write." })),
    user,
  }),
]);
