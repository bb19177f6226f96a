import * as z from "zod/mini";
import { hasField, metadataField } from "../accounts/fields.ts";
import { PERMISSIONS, type Permission } from "../admin/authorization/permissions.ts";

// The calling Worker's compiler, if any, checked the types of these arguments. Every argument is parsed here.

const id = z.uuid();
const audience = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
/** D1 takes at most 100 bound parameters in one statement. */
const MAX_IDS = 100;

export const verifyArguments = z.object({
  token: z.string(),
  options: z._default(
    z.strictObject({
      audience,
      strict: z.optional(z.boolean()),
      maxAge: z.optional(z.number().check(z.minimum(0))),
      acrValues: z.optional(z.array(z.string()).check(z.maxLength(10))),
    }),
    {},
  ),
});
export const verifyKeyArguments = z.object({
  key: z.string(),
  options: z._default(
    z.strictObject({ audience, scopes: z.optional(z.array(z.string()).check(z.maxLength(100))) }),
    {},
  ),
});
export const idArguments = z.object({ id });
export const deleteArguments = z.object({
  id,
  options: z._default(z.strictObject({ immediately: z.optional(z.boolean()) }), {}),
});
export const metadataArguments = z.object({
  id,
  metadata: z
    .strictObject({
      public: z.optional(z.nullable(metadataField)),
      private: z.optional(z.nullable(metadataField)),
    })
    .check(hasField),
});
export const idsArguments = z.object({ ids: z.array(id).check(z.maxLength(MAX_IDS)) });
export const canArguments = z.object({
  userId: id,
  permission: z.enum(PERMISSIONS as [Permission, ...Permission[]]),
});
