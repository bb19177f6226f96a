import * as z from "zod/mini";
import { hasField, metadataShape, profileShape } from "../../accounts/fields.ts";
import { profileSchema } from "../../accounts/present-account.ts";
import { PAGE_LIMIT, pageQuery } from "../../http/pagination.ts";
import { answerMembers } from "../../registration/sign-up-fields/present-answers.ts";
import { ROLES } from "../authorization/permissions.ts";

export const roleField = z
  .enum(ROLES, `Must be ${ROLES.join(", ")}.`)
  .check(z.meta({ description: "At most the caller's own role." }));

const MAX_SEARCH_LENGTH = 200;

export const userQuery = z.strictObject({
  ...pageQuery(
    z.string("Must be text.").check(z.regex(/^\d{1,15}$/, "Must be the nextCursor of an earlier page.")),
  ),
  search: z
    .optional(
      z
        .string("Must be text.")
        .check(z.maxLength(MAX_SEARCH_LENGTH, `Must have ${MAX_SEARCH_LENGTH} characters at most.`)),
    )
    .check(
      z.meta({ description: "Prefixes of words of the address, the name or the username. All must match." }),
    ),
  role: z.optional(roleField),
  status: z.optional(z.enum(["active", "deactivated"], "Must be active or deactivated.")),
});

/** One user, for an admin. */
export const userSchema = z
  .object({
    ...profileSchema.shape,
    privateMetadata: z
      .optional(z.nullable(z.record(z.string(), z.unknown())))
      .check(
        z.meta({ description: "Only with the permission `users:metadata`, and never of the own account." }),
      ),
  })
  .check(z.meta({ id: "User" }));

/** One user with the answers to its custom sign-up fields. */
export const userDetailsSchema = z
  .object({ ...userSchema.shape, ...answerMembers })
  .check(z.meta({ id: "UserDetails" }));

/** A change of a user; null clears an optional field. */
export const userBody = z.strictObject({ ...profileShape, ...metadataShape }).check(hasField);

export const userPageSchema = z.object({
  users: z.array(profileSchema).check(z.maxLength(PAGE_LIMIT)),
  nextCursor: z
    .nullable(z.string())
    .check(z.meta({ description: "The cursor of the next page; null on the last page." })),
});
