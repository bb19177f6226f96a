import * as z from "zod";
import { profileSchema } from "../accounts/present-account.ts";
import { PAGE_LIMIT, pageQuery } from "../http/page.ts";
import { ROLES } from "../roles/permissions.ts";

export const roleField = z
  .enum(ROLES, `Must be ${ROLES.join(", ")}.`)
  .meta({ description: "None above the caller's own." });

/** Characters: more would be no search any more. */
const MAX_SEARCH = 200;

export const userQuery = z.strictObject({
  ...pageQuery(z.string().regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page.")),
  search: z
    .string()
    .max(MAX_SEARCH, `Must have ${MAX_SEARCH} characters at most.`)
    .optional()
    .meta({ description: "Beginnings of words of the address, the name or the username." }),
  role: roleField.optional(),
  status: z.enum(["active", "deactivated"], "Must be active or deactivated.").optional(),
});

export const userPage = z.object({
  users: z.array(profileSchema).max(PAGE_LIMIT),
  nextCursor: z.string().nullable().meta({ description: "For the next page; null on the last one." }),
});
