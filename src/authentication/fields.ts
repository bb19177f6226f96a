import * as z from "zod/mini";
import { ROLES } from "../admin/authorization/permissions.ts";
import { tokensShape } from "../sessions/fields.ts";

export const transportField = z.enum(["bearer", "cookie"], "Must be bearer or cookie.").check(
  z.meta({
    description: "Where the tokens are returned: in the response body (the default), or only in cookies.",
  }),
);

export const rememberMeField = z.boolean("Must be true or false.").check(
  z.meta({
    description:
      "False: the cookies end with the browser session, and the session ends after 24 hours without use. The default is true.",
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

/** A completed sign-in: tokens in the body, or the data that a page needs if the tokens are in cookies. */
export const loginDataSchema = z.union([
  z.object({
    ...tokensShape,
    deviceToken: z.string().check(z.meta({ description: "Keep it, and send it with the next sign-in." })),
    user,
  }),
  z.object({
    expiresIn: z.int(),
    csrfToken: z
      .string()
      .check(z.meta({ description: "The value of the header X-CSRF-Token of every write." })),
    user,
  }),
]);
