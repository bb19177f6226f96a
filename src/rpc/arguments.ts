import * as z from "zod/mini";
import { PERMISSIONS, type Permission } from "../admin/authorization/permissions.ts";

// The calling Worker's compiler, if any, checked the types of these arguments. Every argument is parsed here.

const id = z.uuid();
const audience = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
/** D1 takes at most 100 bound parameters in one statement. */
const MAX_IDS = 100;
const MAX_USER_AGENT = 256;

/**
 * Text that the calling Worker received from its own visitor, of any length. Over-long text is not the Worker's
 * mistake, so it becomes the empty string, which matches nothing, instead of `bad_request`.
 */
const visitorText = (maxLength: number) =>
  z.pipe(
    z.string(),
    z.transform((text) => (text.length <= maxLength ? text : "")),
  );
const refreshToken = visitorText(8192);

const client = z.strictObject({
  ip: z.nullable(z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}$/))),
  userAgent: z.nullable(
    z.pipe(
      z.string(),
      // The first cut bounds the work; the second comes after the removal of NUL and lone surrogates.
      z.transform((text) =>
        text.slice(0, 8192).replaceAll("\0", "").toWellFormed().slice(0, MAX_USER_AGENT).toWellFormed(),
      ),
    ),
  ),
  deviceToken: z.optional(visitorText(2048)),
});

export const verifyArguments = z.object({
  token: z.string(),
  options: z._default(z.strictObject({ audience, strict: z.optional(z.boolean()) }), {}),
});
export const verifyKeyArguments = z.object({
  key: z.string(),
  options: z._default(
    z.strictObject({ audience, scopes: z.optional(z.array(z.string()).check(z.maxLength(100))) }),
    {},
  ),
});
export const idArguments = z.object({ id });
export const idsArguments = z.object({ ids: z.array(id).check(z.maxLength(MAX_IDS)) });
export const canArguments = z.object({
  userId: id,
  permission: z.enum(PERMISSIONS as [Permission, ...Permission[]]),
});
export const exchangeArguments = z.strictObject({
  code: visitorText(128),
  codeVerifier: visitorText(128),
  client,
  audience,
});
export const refreshArguments = z.strictObject({ refreshToken, client, audience });
export const signOutArguments = z.strictObject({ refreshToken, client: z.optional(client) });
